import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { ApiError } from '../errors.ts'
import { accountPage } from './account/account-page.tsx'
import { accounts, erasures } from './account/api.ts'
import { answerSecondClick, deleteAccountPage } from './account/delete-page.tsx'
import { eraseAccountPage } from './account/erase-page.tsx'
import { accountExportPage, accountExports } from './account-export.ts'
import { activity } from './apps/activity/api.ts'
import { apps } from './apps/api.ts'
import { logoRoutes } from './apps/logo-route.ts'
import { developerPages } from './apps/pages.ts'
import { publisher } from './apps/publisher/api.ts'
import { secrets } from './apps/secrets/api.ts'
import { catalog } from './catalog/api.ts'
import { catalogPages } from './catalog/pages.ts'
import { resourceUsage } from './catalog/usage-reports.ts'
import { grants } from './connections/api.ts'
import { connectionPages } from './connections/pages.ts'
import { apiDocsPage } from './docs/docs-page.tsx'
import { API_PATH, SITE } from './kit/addresses.ts'
import { apiBranch, branch } from './kit/branch.ts'
import { confirmedPages } from './kit/confirmed-routes.ts'
import { openApiDocument } from './kit/document.ts'
import { refuseOtherMethods } from './kit/method-table.ts'
import { requireOperatorVisitor } from './kit/operator.ts'
import { problemPages } from './kit/problem-routes.ts'
import { answerProtectedResourceMetadata, PROTECTED_RESOURCE_METADATA_PATH } from './kit/protected-resource.ts'
import { newApi } from './kit/route.ts'
import { requireRecentVisitor, requireVisitor } from './kit/visitor.ts'
import { landingPage } from './landing-page.tsx'
import { operations } from './operator/api.ts'
import { operatorPages } from './operator/pages.ts'
import { organizations } from './organizations/api.ts'
import { audit } from './organizations/audit/api.ts'
import { closing } from './organizations/closing/api.ts'
import { inventory } from './organizations/inventory/api.ts'
import { invitations } from './organizations/invitations/api.ts'
import { invitationPage } from './organizations/invitations/invitation-page.tsx'
import { organizationPages } from './organizations/pages.ts'
import { policies } from './organizations/policy/api.ts'
import { accessRequests } from './organizations/requests/api.ts'
import { webhooks } from './organizations/webhooks/api.ts'
import { tellWebhooks } from './organizations/webhooks/tell-webhooks.ts'
import { reloadPages } from './reload-pages.ts'

/** The API. Who calls, and with which scope, is said by each operation (`guarded`), and so in its document. */
const api = apiBranch(API_PATH, [
  apiBranch('/apps', [apps, apiBranch('/:client_id', [secrets, activity, publisher])]),
  catalog,
  apiBranch('/grants', [grants]),
  apiBranch('/organizations', [
    organizations,
    apiBranch('/:organization_id', [closing, policies, inventory, audit, webhooks, invitations, accessRequests]),
  ]),
  apiBranch('/accounts', [accounts, accountExports]),
  apiBranch('/operator', [erasures, operations]),
  resourceUsage,
])

/** The pages. What organizations are told of is changed below an address that tells their webhooks. */
const pages = [
  landingPage,
  branch(
    SITE.account.overview,
    [tellWebhooks],
    [
      accountPage,
      branch(SITE.account.export, [requireVisitor], [accountExportPage]),
      branch(SITE.account.delete, [answerSecondClick, requireVisitor], [deleteAccountPage]),
    ],
  ),
  logoRoutes,
  branch(SITE.apps.list, [tellWebhooks, requireVisitor], developerPages),
  branch(SITE.connections.list, [requireVisitor], connectionPages),
  branch(SITE.organizations, [tellWebhooks, requireVisitor], organizationPages),
  branch(SITE.invitation, [tellWebhooks, requireVisitor], [invitationPage]),
  branch(
    SITE.operator.overview,
    // A form that would be refused for an old sign-in is not shown in the first place.
    [tellWebhooks, requireVisitor, requireOperatorVisitor, requireRecentVisitor],
    [...catalogPages, ...operatorPages, eraseAccountPage],
  ),
  branch(SITE.confirmed, [requireVisitor], [confirmedPages]),
  reloadPages,
  problemPages,
]

// Any origin, but never with credentials: a browser app brings a token, and no other page borrows our cookie.
const openCors = cors({
  origin: '*',
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposeHeaders: ['ETag', 'Location', 'Retry-After', 'WWW-Authenticate'],
  maxAge: 86_400,
})

const keptAsSent = createMiddleware(async (c, next) => {
  // No proxy on the way compresses anew: that would weaken the ETag.
  c.header('Cache-Control', 'no-store, no-transform')
  await next()
})

/** The dashboard: the API under its path, with the metadata that says how to get a token for it, and the pages. */
export const dashboardRoutes = newApi()

dashboardRoutes.use(`${API_PATH}/*`, tellWebhooks, openCors, keptAsSent)
dashboardRoutes.get(PROTECTED_RESOURCE_METADATA_PATH, answerProtectedResourceMetadata)
dashboardRoutes.route('/', api)
dashboardRoutes.get(SITE.api.openapi, openApiDocument(dashboardRoutes))
dashboardRoutes.get(SITE.api.docs, apiDocsPage(dashboardRoutes))
refuseOtherMethods(dashboardRoutes)
dashboardRoutes.all(`${API_PATH}/*`, () => {
  throw new ApiError('not-found')
})
for (const page of pages) dashboardRoutes.route('/', page)
