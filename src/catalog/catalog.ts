/** A protected API (RFC 8707). */
export interface Resource {
  /** Absolute URI. */
  identifier: string
  name: string
  signingAlg: 'ES256' | 'RS256' | 'EdDSA'
  accessTokenTtlSeconds: number | null
}

/** One permission at one resource. */
export interface Scope {
  /** `thing:action`. */
  name: string
  /** Absolute URI of its resource. */
  resource: string
  title: string
  /** A plain sentence for the consent page. */
  description: string
  /** What it reaches: the person's own account, or organizations that the person chooses. */
  target: 'account' | 'organization'
  sensitive: boolean
}

/** Our own API is stored as a path of the issuer, so that the schema does not depend on where it is deployed. */
export function absoluteIdentifier(stored: string, issuer: string): string {
  return stored.startsWith('/') ? issuer + stored : stored
}

export function storedIdentifier(identifier: string, issuer: string): string {
  return identifier.startsWith(`${issuer}/`) ? identifier.slice(issuer.length) : identifier
}
