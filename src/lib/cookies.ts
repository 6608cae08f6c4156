/** The value of a cookie; undefined when it is absent or, which a browser never does, sent twice. */
export function readCookie(request: Request, name: string): string | undefined {
  const values = (request.headers.get('Cookie') ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1))
  return values.length === 1 ? values[0] : undefined
}

/** A `__Host-` cookie that scripts cannot read and other sites' forms do not send (RFC 6265bis). */
export function hostCookie(name: string, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}`
}
