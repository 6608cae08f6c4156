import { cors } from 'hono/cors'
import { ApiError } from '../errors.ts'
import { accessRequests } from './access-requests.ts'
import { activity } from './activity.ts'
import { apps } from './apps.ts'
import { audit } from './audit.ts'
import { catalog } from './catalog.ts'
import { apiDocs } from './docs.ts'
import { openApiDocument } from './document.ts'
import { grants } from './grants.ts'
import { inventory } from './inventory.ts'
import { invitations } from './invitations.ts'
import { refuseOtherMethods } from './method-table.ts'
import { operations } from './operations.ts'
import { organizations } from './organizations.ts'
import { policies } from './policy.ts'
import { API_PATH, answerProtectedResourceMetadata, PROTECTED_RESOURCE_METADATA_PATH } from './protected-resource.ts'
import { publisher } from './publisher.ts'
import { resourceUsage } from './resource-usage.ts'
import { newApi } from './route.ts'
import { secrets } from './secrets.ts'
import { webhooks } from './webhooks.ts'

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
dashboardRoutes.route(API_PATH, policies)
dashboardRoutes.route(API_PATH, inventory)
dashboardRoutes.route(API_PATH, operations)
dashboardRoutes.route(API_PATH, audit)
dashboardRoutes.route(API_PATH, webhooks)
dashboardRoutes.route(API_PATH, resourceUsage)
dashboardRoutes.route(API_PATH, invitations)
dashboardRoutes.route(API_PATH, accessRequests)
dashboardRoutes.get(`${API_PATH}/openapi.json`, openApiDocument(dashboardRoutes))
dashboardRoutes.get(`${API_PATH}/docs`, apiDocs(dashboardRoutes))
refuseOtherMethods(dashboardRoutes)
dashboardRoutes.all(`${API_PATH}/*`, () => {
  throw new ApiError('not-found')
})
