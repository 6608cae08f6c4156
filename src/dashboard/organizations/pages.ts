import { Hono } from 'hono'
import type { PageEnv } from '../kit/api-env.ts'
import { requireVisitor } from '../kit/visitor.ts'
import { auditPage } from './audit/audit-page.tsx'
import { closingPage } from './closing/closing-page.tsx'
import { appPage } from './inventory/app-page.tsx'
import { personPage } from './inventory/person-page.tsx'
import { invitationPage } from './invitations/invitation-page.tsx'
import { organizationPage } from './organization-page.tsx'
import { organizationsPage } from './organizations-page.tsx'
import { policyPage } from './policy/policy-page.tsx'
import { askPage } from './requests/ask-page.tsx'
import { requestsPage } from './requests/requests-page.tsx'
import { webhookPages } from './webhooks/pages.ts'

/** Organizations, for their members; decisions and roles, for their administrators. */
export const organizationPages = new Hono<PageEnv>()

organizationPages.use('/organizations/*', requireVisitor)
organizationPages.use('/invitations/*', requireVisitor)
organizationPages.route('/', organizationsPage)
organizationPages.route('/', organizationPage)
organizationPages.route('/', appPage)
organizationPages.route('/', personPage)
organizationPages.route('/', policyPage)
organizationPages.route('/', closingPage)
organizationPages.route('/', auditPage)
organizationPages.route('/', webhookPages)
organizationPages.route('/', invitationPage)
// Before the requests themselves: `new` is none of their ids.
organizationPages.route('/', askPage)
organizationPages.route('/', requestsPage)
