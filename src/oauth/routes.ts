import { Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { createFirstKeys } from '../authority/authority-stub.ts'
import type { AppEnv } from '../env.ts'
import { keySet } from '../keys/jwks.ts'
import { currentTime } from '../lib/clock.ts'
import { refuseRehearsal } from '../lib/rehearsal.ts'
import { authorize, authorizeByPost } from './authorize.ts'
import { ENDPOINTS } from './endpoints.ts'
import { methodNotAllowed } from './form.ts'
import { introspect } from './introspect.ts'
import { metadataDocument } from './metadata.ts'
import { revoke } from './revoke.ts'
import { statusList } from './status-list.ts'
import { token } from './token.ts'

const METADATA_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' }

// For any header that it asks for: a client's library adds its own, as `MCP-Protocol-Version`.
const answerPreflight = cors({ origin: '*', maxAge: 86_400 })
/** What a page may read besides the body: how to authenticate, and when to try again. */
const EXPOSED_HEADERS = 'Retry-After, WWW-Authenticate'

// hono's middleware would write its header before the handler answers, and the answer be copied for it.
const openToBrowsers: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method === 'OPTIONS') return answerPreflight(c, next)
  await next()
  c.res.headers.set('Access-Control-Allow-Origin', '*')
  c.res.headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS)
}

/** The protocol endpoints. CORS is open where a browser app is the client, closed where a person or a secret is. */
export const oauthRoutes = new Hono<AppEnv>()

// Below /.well-known also what is not there: a client that looks for a document must be able to read the 404.
oauthRoutes.use('/.well-known/*', openToBrowsers)
for (const { path, cors } of Object.values(ENDPOINTS)) {
  if (cors && !path.startsWith('/.well-known/')) oauthRoutes.use(path, openToBrowsers)
}

oauthRoutes.get(ENDPOINTS.authorization.path, refuseRehearsal, authorize)
oauthRoutes.post(ENDPOINTS.authorization.path, authorizeByPost)
oauthRoutes.all(ENDPOINTS.token.path, token)
oauthRoutes.all(ENDPOINTS.revocation.path, revoke)
oauthRoutes.all(ENDPOINTS.introspection.path, introspect)

oauthRoutes.get(ENDPOINTS.jwks.path, async (c) =>
  c.body(await keySet(c.env.DB, () => createFirstKeys(c.env, c.get('config')), currentTime()), 200, METADATA_HEADERS),
)

oauthRoutes.get(ENDPOINTS.statusLists.path, statusList)

// Until OpenID Connect is built, the second name serves the first's document.
for (const { path } of [ENDPOINTS.metadata, ENDPOINTS.openidMetadata]) {
  oauthRoutes.get(path, (c) => c.body(metadataDocument(c.get('config')), 200, METADATA_HEADERS))
}

for (const { path } of [ENDPOINTS.jwks, ENDPOINTS.metadata, ENDPOINTS.openidMetadata, ENDPOINTS.statusLists]) {
  oauthRoutes.all(path, () => {
    throw methodNotAllowed('GET, HEAD, OPTIONS')
  })
}
oauthRoutes.all(ENDPOINTS.authorization.path, () => {
  throw methodNotAllowed('GET, HEAD, POST')
})
