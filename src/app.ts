import { Hono } from 'hono'
import { answerError } from './answer-error.ts'
import { type AppEnv, readConfig } from './env.ts'
import { randomUuid } from './lib/random.ts'

/** Every route of the server, in one place. */
export const app = new Hono<AppEnv>()

app.use(async (c, next) => {
  c.set('requestId', randomUuid())
  c.set('config', readConfig(c.env))
  await next()
  c.header('Referrer-Policy', 'no-referrer')
  c.header('X-Content-Type-Options', 'nosniff')
})

app.onError(answerError)
