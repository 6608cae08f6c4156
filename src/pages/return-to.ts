/** Where to go after signing in: only ever a path of ours, whatever was put into the address. */
export function safeReturnTo(returnTo: string | null | undefined, issuer: string): string | undefined {
  if (!returnTo || !/^\/(?![/\\])/.test(returnTo) || /[\\\p{C}]/u.test(returnTo)) return undefined
  const url = URL.parse(returnTo, issuer)
  if (!url || url.origin !== issuer) return undefined
  return url.pathname + url.search
}
