import type { EpochSeconds } from '../lib/clock.ts'

export const SIGNING_ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const
export const AUDIENCES = ['everyone', 'first_party'] as const
export const TARGETS = ['account', 'organization'] as const

/** A protected API (RFC 8707). */
export interface Resource {
  /** Absolute URI. */
  identifier: string
  name: string
  signingAlg: (typeof SIGNING_ALGORITHMS)[number]
  /** Null: the default of the deployment. */
  accessTokenTtlSeconds: number | null
  /** Which apps may have its scopes. Those that may not lose them at their next token. */
  openTo: (typeof AUDIENCES)[number]
  /** What it authenticates as at /introspect; null: it has no credentials. */
  introspectionId: string | null
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
  target: (typeof TARGETS)[number]
  sensitive: boolean
  /** `first_party`: never issued to an app of somebody else, also where its resource is open to everyone. */
  openTo: (typeof AUDIENCES)[number]
  /** Apps that have it keep it; no other app gets it any more. */
  deprecatedAt: EpochSeconds | null
  /** What to use in place of a deprecated scope. */
  replacedBy: string | null
}

/** Our own API is stored as a path of the issuer, so that the schema does not depend on where it is deployed. */
export function absoluteIdentifier(stored: string, issuer: string): string {
  return stored.startsWith('/') ? issuer + stored : stored
}

export function storedIdentifier(identifier: string, issuer: string): string {
  return identifier.startsWith(`${issuer}/`) ? identifier.slice(issuer.length) : identifier
}
