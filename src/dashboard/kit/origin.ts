import type { HonoRequest } from 'hono'
import type { Config } from '../../env.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const OWN_FETCH_SITES = new Set(['same-origin', 'none'])

export function isUnsafe(request: HonoRequest): boolean {
  return !SAFE_METHODS.has(request.method)
}

/**
 * Whether a page of another origin made this request: then the cookie, which browsers attach by themselves, is not
 * looked at. `Origin` is missing on the GET of a picture or a link; `Sec-Fetch-Site` is not.
 */
export function isCrossOrigin(request: HonoRequest, { issuer }: Config): boolean {
  const origin = request.header('Origin')
  const fetchSite = request.header('Sec-Fetch-Site')
  return (origin !== undefined && origin !== issuer) || (fetchSite !== undefined && !OWN_FETCH_SITES.has(fetchSite))
}
