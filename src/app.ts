import { Hono } from 'hono'
import { answerError, answerNotFound } from './answer-error.ts'
import { dashboardRoutes } from './dashboard/routes.ts'
import { type AppEnv, readConfig } from './env.ts'
import { randomUuid } from './lib/random.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { pageRoutes } from './pages/routes.tsx'

/** Every route of the server, in one place. */
export const app = new Hono<AppEnv>()

app.use(async (c, next) => {
  c.set('requestId', randomUuid())
  c.set('config', readConfig(c.env))
  await next()
  c.header('Referrer-Policy', 'no-referrer')
  c.header('X-Content-Type-Options', 'nosniff')
})

app.route('/', oauthRoutes)
app.route('/', dashboardRoutes)
app.route('/', pageRoutes)

app.notFound(answerNotFound)
app.onError(answerError)
