import type { Shard } from '../env.ts'
import type { ProtocolErrorCode, Reason } from '../errors.ts'
import type { ShownApp } from '../grants/grant.ts'
import type { Present, RemovalCount } from '../grants/present.ts'
import type { EpochSeconds } from '../lib/clock.ts'

/** The authenticated client, as the edge read it from D1. */
export interface LedgerClient {
  clientId: string
  redirectUris: readonly string[]
  grantTypes: readonly string[]
  /** Public clients rotate their refresh tokens; confidential ones keep them (RFC 9700 §4.14.2). */
  confidential: boolean
}

/** The resources that the app is registered for, by identifier. */
export type LedgerResources = Readonly<
  Record<string, { signingAlg: 'ES256' | 'RS256' | 'EdDSA'; accessTokenTtlSeconds: number }>
>

/** Hashes, so that an object never keeps where somebody was. */
export interface RequestOrigin {
  /** Empty: not known, and never the same as another. */
  address: string
  userAgent: string
}

export interface AuthorizeCommand {
  accountId: string
  client: LedgerClient
  shownApp: ShownApp
  resource: string
  scopes: readonly string[]
  organizations: readonly string[]
  /** Of the reading that allowed it. */
  consentedAfter: RemovalCount
  redirectUri: string
  codeChallenge: string
  signedInAt: EpochSeconds
  userAgent: string
  /** Where keys are nearest; only the first authorization of an account decides. */
  shard: Shard
}

export interface TokenCommand {
  grantId: string
  engineToken: string
  client: LedgerClient
  present: Present
  resources: LedgerResources
  /** Null: none is known, and its access tokens will say nothing of a status. */
  statusId: number | null
  /** Undefined: everything that the grant still allows. */
  requestedScopes: readonly string[] | undefined
  requestedResource: string | undefined
  origin: RequestOrigin
}

export interface RedeemCommand extends TokenCommand {
  codeHash: string
  redirectUri: string | undefined
  codeVerifier: string | undefined
  /** S256 of the verifier; undefined without one. */
  codeChallenge: string | undefined
}

export interface RefreshCommand extends TokenCommand {
  refreshToken: string
  refreshHash: string
}

export interface TokenAnswer {
  accessToken: string
  expiresIn: number
  refreshToken: string | null
  scopes: readonly string[]
}

/** Expected outcomes cross RPC as values: a thrown class would not survive the trip. */
export type LedgerOutcome<T> =
  | { ok: true; value: T }
  | { ok: false; unavailable: true }
  | {
      ok: false
      unavailable: false
      code: LedgerErrorCode
      reason: Reason
      detail?: string
      scopes?: readonly string[]
    }

/** The codes that a ledger refuses with. */
const LEDGER_ERROR_CODES = [
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'temporarily_unavailable',
] as const satisfies ProtocolErrorCode[]
export type LedgerErrorCode = (typeof LEDGER_ERROR_CODES)[number]

export function isLedgerErrorCode(code: ProtocolErrorCode): code is LedgerErrorCode {
  return LEDGER_ERROR_CODES.some((known) => known === code)
}

/** What the ledger says of a credential that somebody asks about. */
export type Inspection =
  | { alive: false }
  | {
      alive: true
      grantId: string
      clientId: string
      resource: string
      scopes: readonly string[]
      organizations: readonly string[]
      createdAt: EpochSeconds
      consentedAfter: RemovalCount
      endsAt: EpochSeconds
    }
