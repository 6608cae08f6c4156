import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../env.ts'

/** A browser asks these before anybody followed the link, and may throw the answer away (Fetch §4.6, `Sec-Purpose`). */
const PREFETCH_HEADERS = ['Sec-Purpose', 'Purpose', 'X-Moz']

/**
 * For a GET that acts, because a redirect leads there: HEAD and prefetches ask what would come, and nothing must. The
 * answer of an error makes browsers ask again when somebody does follow the link.
 */
export const refuseRehearsal: MiddlewareHandler<AppEnv> = async (c, next) => {
  const prefetch = PREFETCH_HEADERS.some((name) => /\b(prefetch|prerender)\b/.test(c.req.header(name) ?? ''))
  if (!prefetch && c.req.method !== 'HEAD') return next()
  const headers = { 'Cache-Control': 'no-store', Vary: PREFETCH_HEADERS.join(', ') }
  return new Response(null, { status: prefetch ? 503 : 200, headers })
}
