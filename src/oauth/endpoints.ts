import { STATUS_LIST_PATH } from '../revocation/status-list.ts'

interface Endpoint {
  path: string
  /** Its name in the metadata (RFC 8414 §2); null: it is the metadata, or found otherwise. */
  name: string | null
  /** Whom it answers: in JSON whatever goes wrong, or on a page. */
  answers: 'clients' | 'people'
  /** Whether the page of a browser app may read the answer. */
  cors: boolean
}

/** Every protocol path, once: routes, metadata, CORS and the form of errors come from here. */
export const ENDPOINTS = {
  authorization: { path: '/authorize', name: 'authorization_endpoint', answers: 'people', cors: false },
  token: { path: '/token', name: 'token_endpoint', answers: 'clients', cors: true },
  revocation: { path: '/revoke', name: 'revocation_endpoint', answers: 'clients', cors: true },
  introspection: { path: '/introspect', name: 'introspection_endpoint', answers: 'clients', cors: false },
  jwks: { path: '/.well-known/jwks.json', name: 'jwks_uri', answers: 'clients', cors: true },
  metadata: { path: '/.well-known/oauth-authorization-server', name: null, answers: 'clients', cors: true },
  openidMetadata: { path: '/.well-known/openid-configuration', name: null, answers: 'clients', cors: true },
  statusLists: { path: `${STATUS_LIST_PATH}/:list`, name: null, answers: 'clients', cors: true },
} as const satisfies Record<string, Endpoint>

/** What other servers have and we do not, or not yet: a client that tries must be able to read the answer. */
const ABSENT = ['/par', '/register', '/userinfo', '/device_authorization']
const FOR_CLIENTS = Object.values(ENDPOINTS)
  .filter(({ answers }) => answers === 'clients')
  .map(({ path }) => path.replace(/:\w+$/, ''))

/** Whether a request to this path is answered in JSON whatever goes wrong: no person reads it. */
export function isForClients(path: string): boolean {
  if (path.startsWith('/.well-known/') || ABSENT.includes(path)) return true
  return FOR_CLIENTS.some((known) => (known.endsWith('/') ? path.startsWith(known) : path === known))
}
