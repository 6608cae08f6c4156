/** Whether we are reached over https: only then may a cookie be `Secure` everywhere. */
export interface CookieSecurity {
  secureCookies: boolean
}

/**
 * What a cookie of ours is called. `__Host-` (RFC 6265bis) binds it to the whole origin, and no sibling host can set
 * it; it asks for `Secure`, which Safari refuses on http://localhost, where only development runs.
 */
export function cookieName(name: string, { secureCookies }: CookieSecurity): string {
  return secureCookies ? `__Host-${name}` : name
}

/** The value of a cookie of ours; undefined when it is absent or, which a browser never does, sent twice. */
export function readCookie(request: Request, name: string, security: CookieSecurity): string | undefined {
  const prefix = `${cookieName(name, security)}=`
  const values = (request.headers.get('Cookie') ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length))
  return values.length === 1 ? values[0] : undefined
}

interface CookieValue {
  name: string
  value: string
  maxAgeSeconds: number
}

/** A `Set-Cookie` line; scripts cannot read the cookie, and other sites' forms do not send it. */
export function writeCookie({ name, value, maxAgeSeconds }: CookieValue, security: CookieSecurity): string {
  const secure = security.secureCookies ? ' Secure;' : ''
  return `${cookieName(name, security)}=${value}; Path=/;${secure} HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}`
}

export function clearCookie(name: string, security: CookieSecurity): string {
  return writeCookie({ name, value: '', maxAgeSeconds: 0 }, security)
}
