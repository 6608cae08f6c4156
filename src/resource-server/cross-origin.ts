import type { HonoRequest, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { Protection } from './options.ts'

/** How long browsers may keep the answer to a preflight. Seconds. */
const PREFLIGHT_MAX_AGE = 7200
/** What a page needs to find out how to get a token, and when to try again. */
const EXPOSED_HEADERS = ['WWW-Authenticate', 'Retry-After']

/** What a browser asks before the request of a page, without its token (Fetch standard, CORS-preflight request). */
export function isPreflight(request: HonoRequest): boolean {
  return request.method === 'OPTIONS' && request.header('Access-Control-Request-Method') !== undefined
}

/** Answers preflights, and lets pages of the origins read what comes after them. Undefined without the option. */
export function openToPages({ cors: options }: Protection): MiddlewareHandler | undefined {
  if (!options) return undefined
  return cors({
    origin: options.origin === '*' ? '*' : [...options.origin],
    exposeHeaders: [...EXPOSED_HEADERS, ...(options.exposeHeaders ?? [])],
    maxAge: PREFLIGHT_MAX_AGE,
  })
}
