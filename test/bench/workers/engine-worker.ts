import { OAuthAuthorizationServer } from '@cloudflare/workers-oauth-provider'

interface Engine {
  OAUTH_KV: KVNamespace
  /** Issuer of this Worker and, as `/api`, its one resource. */
  ORIGIN: string
}

const REDIRECT_URI = 'https://bench.example/callback'
const SCOPES = ['profile:read', 'projects:read']

let server: OAuthAuthorizationServer<Engine> | undefined

/** KV storage and opaque tokens: the quick start of the engine's README, with the page of docs/consent-page.md. */
export default {
  async fetch(request, env, context) {
    server ??= makeServer(env)
    const { pathname } = new URL(request.url)
    if (pathname === '/authorize') return request.method === 'GET' ? showConsent(request, env) : approve(request, env)
    if (pathname === '/clients') return createClients(env)
    if (pathname === '/validate') return validate(request, env)
    return server.fetch(request, env, context)
  },
} satisfies ExportedHandler<Engine>

function makeServer(env: Engine): OAuthAuthorizationServer<Engine> {
  return new OAuthAuthorizationServer<Engine>({
    issuer: env.ORIGIN,
    resources: [`${env.ORIGIN}/api`],
    scopesSupported: [...SCOPES, 'offline_access'],
  })
}

function oauth(env: Engine) {
  server ??= makeServer(env)
  return server.getOAuthApi(env)
}

async function showConsent(request: Request, env: Engine): Promise<Response> {
  const authorization = await oauth(env).parseAuthRequest(request)
  const user = new URL(request.url).searchParams.get('user') ?? ''
  // For set-up: a code without the page.
  if (request.headers.has('X-Approve')) return complete(authorization, env, user, new Headers())
  const details = await oauth(env).describeConsent(authorization)
  const consent = await oauth(env).beginConsent(authorization)
  consent.headers.set('Content-Type', 'text/html; charset=utf-8')
  return new Response(page(details.clientName, consent.handle), { headers: consent.headers })
}

async function approve(request: Request, env: Engine): Promise<Response> {
  const form = await request.formData()
  const approved = await oauth(env).approveConsent(request, String(form.get('handle')), { scope: SCOPES })
  return complete(approved.request, env, String(form.get('user')), approved.headers)
}

type Authorization = Awaited<ReturnType<ReturnType<typeof oauth>['parseAuthRequest']>>

async function complete(request: Authorization, env: Engine, userId: string, headers: Headers): Promise<Response> {
  const { redirectTo } = await oauth(env).completeAuthorization({
    request,
    userId,
    metadata: {},
    scope: request.scope,
    props: { userId },
    revokeExistingGrants: false,
  })
  headers.set('Location', redirectTo)
  return new Response(null, { status: 303, headers })
}

async function createClients(env: Engine): Promise<Response> {
  const common = { redirectUris: [REDIRECT_URI], grantTypes: ['authorization_code', 'refresh_token'] }
  const clients = await Promise.all([
    oauth(env).createClient({ ...common, clientName: 'Public', tokenEndpointAuthMethod: 'none' }),
    oauth(env).createClient({ ...common, clientName: 'Confidential', tokenEndpointAuthMethod: 'client_secret_post' }),
  ])
  return Response.json(clients.map(({ clientId, clientSecret }) => ({ clientId, clientSecret })))
}

/** What the engine has in the place of introspection: a resource server asks it over a binding. */
async function validate(request: Request, env: Engine): Promise<Response> {
  const token = (request.headers.get('Authorization') ?? '').replace('Bearer ', '')
  const valid = await server?.validateToken(`${env.ORIGIN}/api`, token, env)
  return Response.json(valid, { status: valid ? 200 : 401 })
}

function page(clientName: string, handle: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<title>Authorize ${clientName}</title>
<h1>Allow ${clientName} to access your account?</h1>
<form method="post" action="/authorize">
  <input type="hidden" name="handle" value="${handle}">
  <p><button name="decision" value="approve">Allow</button> <button name="decision" value="deny">Deny</button></p>
</form>`
}
