import { type Context, Hono } from 'hono'
import { answerError, answerNotFound } from './answer-error.ts'
import { sealIntrospectionSecret } from './catalog/introspection-secret.ts'
import { dashboardRoutes } from './dashboard/routes.ts'
import { DEMO_INTROSPECTION_ID, DEMO_SECRET_BODY } from './demo/registration.ts'
import { demoRoutes } from './demo/routes.tsx'
import { type AppEnv, type Config, readConfig } from './env.ts'
import { HostError } from './errors.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { devOutbox } from './sign-in/dev-outbox-page.tsx'
import { signInRoutes } from './sign-in/routes.tsx'
import { signOutRoutes } from './sign-in/sign-out.ts'
import { assets } from './ui/assets.ts'
import { PAGE_HEADERS } from './ui/html-page.tsx'
import { STYLESHEET_PATH } from './ui/styles.ts'

/** Every route of the server, in one place. */
export const app = new Hono<AppEnv>()

app.use(async (c, next) => {
  c.set('config', readConfig(c.env))
  checkHost(c)
  await next()
  // Not c.header(): that would copy a finished response, for each header once.
  c.res.headers.set('Referrer-Policy', 'no-referrer')
  c.res.headers.set('X-Content-Type-Options', 'nosniff')
  if (!c.get('config').development) c.res.headers.set('Strict-Transport-Security', HSTS)
})

/** Whoever reached us once by https never asks by http again, two years long. Sibling hosts are not ours to bind. */
const HSTS = 'max-age=63072000'

/** RFC 9110 §15.5.20: under another name nothing is served that would carry ours. */
function checkHost(c: Context<AppEnv>): void {
  const { issuer } = c.get('config')
  // A request's URL is serialized, and the issuer an origin: no need to parse it again.
  if (!c.req.url.startsWith(`${issuer}/`)) throw new HostError(issuer)
}

app.route('/', oauthRoutes)
app.route('/', dashboardRoutes)
app.route('/', assets)
app.route('/', signInRoutes)
app.route('/', signOutRoutes)
app.route('/', devOutbox)

app.all('/demo/*', serveDemo)
app.all('/.well-known/oauth-protected-resource/demo/*', serveDemo)

app.notFound(answerNotFound)
app.onError(answerError)

const demos = new WeakMap<Config, ReturnType<typeof demoRoutes>>()

/** The demo stands outside: it is handed addresses and its secret, and in production it is not there. */
async function serveDemo(c: Context<AppEnv>): Promise<Response> {
  const config = c.get('config')
  if (!config.development) return answerNotFound(c)
  const { issuer } = config
  const introspectionSecret = await sealIntrospectionSecret(config, DEMO_INTROSPECTION_ID, DEMO_SECRET_BODY)
  const options = { issuer, introspectionSecret, stylesheet: STYLESHEET_PATH, pageHeaders: PAGE_HEADERS }
  const demo = demos.get(config) ?? demoRoutes(options)
  demos.set(config, demo)
  return demo.fetch(c.req.raw)
}
