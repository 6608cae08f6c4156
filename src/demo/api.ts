import { Hono } from 'hono'
import { cors } from 'hono/cors'
import {
  type ProtectedEnv,
  protectedResourceMetadata,
  protectedResourceMetadataPath,
  protectResource,
  requireScopes,
} from '../resource-server/index.ts'
import { DEMO_API_PATH, DEMO_INTROSPECTION_ID, DEMO_SCOPES } from './registration.ts'

const PROJECTS = [
  { id: 'prj_1', name: 'Harbour wall' },
  { id: 'prj_2', name: 'North gate' },
]

/** An API as another team would write it: the middleware, and handlers that look at what the token allows. */
export function demoApi(issuer: string, introspectionSecret: string): Hono<ProtectedEnv> {
  const api = new Hono<ProtectedEnv>()
  const resource = issuer + DEMO_API_PATH
  const description = protectedResourceMetadata({
    issuer,
    resource,
    scopesSupported: DEMO_SCOPES,
    resourceName: 'Demo projects API',
  })
  api.get(protectedResourceMetadataPath(resource), cors(), (c) => c.json(description))

  api.use(
    `${DEMO_API_PATH}/*`,
    protectResource({
      issuer,
      resource,
      revocation: 'status-list',
      reportUsage: { clientId: DEMO_INTROSPECTION_ID, clientSecret: introspectionSecret },
      // Apps without a backend call it from their pages.
      cors: { origin: '*' },
    }),
  )
  api.get(`${DEMO_API_PATH}/profile`, requireScopes('profile:read'), (c) => c.json({ id: c.get('accessToken').sub }))
  api.get(`${DEMO_API_PATH}/projects`, requireScopes('projects:read'), (c) =>
    c.json({ organizations: c.get('accessToken').organizations, projects: PROJECTS }),
  )
  api.post(`${DEMO_API_PATH}/projects`, requireScopes('projects:write'), (c) =>
    c.json({ id: `prj_${PROJECTS.length + 1}`, name: 'A new project, not really kept' }, 201),
  )
  return api
}
