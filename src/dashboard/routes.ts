import { cors } from 'hono/cors'
import { ApiError } from '../errors.ts'
import { accounts } from './account/api.ts'
import { accountExports } from './account-export.ts'
import { activity } from './apps/activity/api.ts'
import { apps } from './apps/api.ts'
import { publisher } from './apps/publisher/api.ts'
import { secrets } from './apps/secrets/api.ts'
import { catalog } from './catalog/api.ts'
import { resourceUsage } from './catalog/usage-reports.ts'
import { grants } from './connections/api.ts'
import { apiDocs } from './docs/api-docs.ts'
import { API_PATH, SITE } from './kit/addresses.ts'
import { openApiDocument } from './kit/document.ts'
import { refuseOtherMethods } from './kit/method-table.ts'
import { answerProtectedResourceMetadata, PROTECTED_RESOURCE_METADATA_PATH } from './kit/protected-resource.ts'
import { newApi } from './kit/route.ts'
import { operations } from './operator/api.ts'
import { organizations } from './organizations/api.ts'
import { audit } from './organizations/audit/api.ts'
import { closing } from './organizations/closing/api.ts'
import { inventory } from './organizations/inventory/api.ts'
import { invitations } from './organizations/invitations/api.ts'
import { policies } from './organizations/policy/api.ts'
import { accessRequests } from './organizations/requests/api.ts'
import { webhooks } from './organizations/webhooks/api.ts'

/** The dashboard API, under its path, with the metadata that says how to get a token for it. */
export const dashboardRoutes = newApi()

// Any origin, but never with credentials: a browser app brings a token, and no other page borrows our cookie.
const openCors = cors({
  origin: '*',
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposeHeaders: ['ETag', 'Location', 'Retry-After', 'WWW-Authenticate'],
  maxAge: 86_400,
})

dashboardRoutes.use(`${API_PATH}/*`, openCors)
dashboardRoutes.use(`${API_PATH}/*`, async (c, next) => {
  // No proxy on the way compresses anew: that would weaken the ETag.
  c.header('Cache-Control', 'no-store, no-transform')
  await next()
})

dashboardRoutes.get(PROTECTED_RESOURCE_METADATA_PATH, answerProtectedResourceMetadata)
dashboardRoutes.route(API_PATH, apps)
dashboardRoutes.route(API_PATH, secrets)
dashboardRoutes.route(API_PATH, activity)
dashboardRoutes.route(API_PATH, publisher)
dashboardRoutes.route(API_PATH, catalog)
dashboardRoutes.route(API_PATH, grants)
dashboardRoutes.route(API_PATH, organizations)
dashboardRoutes.route(API_PATH, closing)
dashboardRoutes.route(API_PATH, accounts)
dashboardRoutes.route(API_PATH, accountExports)
dashboardRoutes.route(API_PATH, policies)
dashboardRoutes.route(API_PATH, inventory)
dashboardRoutes.route(API_PATH, operations)
dashboardRoutes.route(API_PATH, audit)
dashboardRoutes.route(API_PATH, webhooks)
dashboardRoutes.route(API_PATH, resourceUsage)
dashboardRoutes.route(API_PATH, invitations)
dashboardRoutes.route(API_PATH, accessRequests)
dashboardRoutes.get(SITE.api.openapi, openApiDocument(dashboardRoutes))
dashboardRoutes.get(SITE.api.docs, apiDocs(dashboardRoutes))
refuseOtherMethods(dashboardRoutes)
dashboardRoutes.all(`${API_PATH}/*`, () => {
  throw new ApiError('not-found')
})
