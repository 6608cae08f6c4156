/** One slash, then neither a second one nor a backslash, which browsers read as one; no control character. */
const OWN_PATH = /^\/(?![/\\])[^\\\p{C}]*$/u

/** Where to go after signing in: only ever a path of ours, whatever was put into the address. */
export function safeReturnTo(returnTo: string | null | undefined, issuer: string): string | undefined {
  if (!returnTo || !OWN_PATH.test(returnTo)) return undefined
  const url = URL.parse(returnTo, issuer)
  if (!url || url.origin !== issuer) return undefined
  const path = url.pathname + url.search
  // `/.//evil.example` is a path of ours, but without its dots it is sent as `//evil.example`: a host.
  return OWN_PATH.test(path) ? path : undefined
}

interface SignInOptions {
  returnTo: string | undefined
  /** Shows the form also to somebody who is signed in. */
  switchAccount?: boolean
  /** As the same person: their sign-in is too old for what they do. */
  confirm?: boolean
  /** Which sign-in of this browser the code page is about. */
  attempt?: string
}

export function signInPath(
  path: '/sign-in' | '/sign-in/code',
  { returnTo, switchAccount, confirm, attempt }: SignInOptions,
): string {
  const query = new URLSearchParams({
    ...(returnTo && { return_to: returnTo }),
    ...(switchAccount && { switch: '1' }),
    ...(confirm && { switch: '1', confirm: '1' }),
    ...(attempt && { for: attempt }),
  })
  return query.size > 0 ? `${path}?${query}` : path
}
