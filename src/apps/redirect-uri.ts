declare const registered: unique symbol

/** Proof that a redirect URI was found among those of the app. Only this type may be redirected to. */
export type RegisteredRedirectUri = string & { readonly [registered]: true }

/**
 * Exact string comparison (RFC 9700 §2.1), except that a registered loopback URI matches on any port
 * (RFC 8252 §7.3); scheme, host spelling, path and query stay exact there too.
 */
export function findRedirectUri(redirectUris: readonly string[], requested: string): RegisteredRedirectUri | undefined {
  const found = redirectUris.some((uri) => uri === requested || matchesLoopback(uri, requested))
  return found ? (requested as RegisteredRedirectUri) : undefined
}

const LOOPBACK = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::(\d{1,5}))?(\/[^#]*)?$/

export function isLoopbackRedirect(uri: string): boolean {
  return LOOPBACK.test(uri)
}

function matchesLoopback(registeredUri: string, requested: string): boolean {
  const ours = LOOPBACK.exec(registeredUri)
  const theirs = LOOPBACK.exec(requested)
  if (!ours || !theirs) return false
  return ours[1] === theirs[1] && (ours[3] ?? '/') === (theirs[3] ?? '/') && Number(theirs[2] ?? 80) <= 65535
}
