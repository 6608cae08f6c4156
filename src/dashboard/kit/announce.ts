import type { Context, Next } from 'hono'
import { announceChanges } from '../../authority/announce.ts'
import type { AppEnv, Config } from '../../env.ts'
import { writeCookie } from '../../lib/cookies.ts'
import { isUnsafe } from './origin.ts'

/** While a browser has it, its pages say that what was done holds within a minute. */
export const UNTOLD_COOKIE = 'postern-untold'
const UNTOLD_SECONDS = 60

type RequestContext = Pick<Context<AppEnv>, 'req' | 'res' | 'get' | 'env' | 'executionCtx'>

/**
 * Around whatever somebody who is known may change: before it is answered, everybody who signs tokens knows. Goes on when
 * the client has hung up. Where one of them could not be told, what was done is answered with 202, and never undone or
 * hidden by an error. Strangers change nothing, and cost nothing.
 */
export async function announcing(
  c: RequestContext,
  next: Next | (() => Promise<Response | undefined>),
): Promise<Response | undefined> {
  const work = answerAndAnnounce(c, next)
  if (isUnsafe(c.req)) c.executionCtx.waitUntil(work)
  return work
}

async function answerAndAnnounce(
  c: RequestContext,
  next: Next | (() => Promise<Response | undefined>),
): Promise<Response | undefined> {
  // What hono's own `next` answers with is no response: that is in the context.
  const returned: unknown = await next()
  const answer = returned instanceof Response ? returned : undefined
  if (!isUnsafe(c.req) || (await announceChanges(c.env))) return answer
  const late = holdsSoon(answer ?? c.res, c.get('config'))
  if (answer) return late
  c.res = late
  return undefined
}

function holdsSoon(answer: Response, config: Config): Response {
  if (answer.status >= 400) return answer
  const headers = new Headers(answer.headers)
  if (answer.status < 300 && !isPage(answer)) return new Response(answer.body, { status: 202, headers })
  headers.append('Set-Cookie', writeCookie({ name: UNTOLD_COOKIE, value: '1', maxAgeSeconds: UNTOLD_SECONDS }, config))
  return new Response(answer.body, { status: answer.status, headers })
}

function isPage({ headers }: Response): boolean {
  return headers.get('Content-Type')?.startsWith('text/html') ?? false
}
