import type { Hono } from 'hono'
import { SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { branch } from '../kit/branch.ts'
import { auditPage } from './audit/audit-page.tsx'
import { closingPage } from './closing/closing-page.tsx'
import { appPage } from './inventory/app-page.tsx'
import { personPage } from './inventory/person-page.tsx'
import { organizationPage } from './organization-page.tsx'
import { organizationsPage } from './organizations-page.tsx'
import { policyPage } from './policy/policy-page.tsx'
import { askPage } from './requests/ask-page.tsx'
import { requestsPage } from './requests/requests-page.tsx'
import { requireOwn } from './require-own.ts'
import { webhookPages } from './webhooks/pages.ts'

/** One organization, for its members; decisions and roles, for its administrators. */
const ownPages = [
  organizationPage,
  appPage,
  personPage,
  policyPage,
  closingPage,
  auditPage,
  ...webhookPages,
  // Before the requests themselves: `new` is none of their ids.
  askPage,
  requestsPage,
]

export const organizationPages: readonly Hono<PageEnv>[] = [
  organizationsPage,
  branch(SITE.organization.overview, [requireOwn], ownPages),
]
