import type { PresentedClient } from '../apps/authenticate-client.ts'
import type { RefusedPart } from '../authority/issue.ts'
import type { Shard } from '../env.ts'
import type { ProtocolErrorCode, Reason } from '../errors.ts'
import type { RemovalCount } from '../grants/effective-access.ts'
import type { ShownApp } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'

/** The app that a person allows, as the page read it from D1. */
export interface LedgerClient {
  clientId: string
  confidential: boolean
  redirectUris: readonly string[]
  grantTypes: readonly string[]
}

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
  /** Of the account and the grant that the credential names. */
  accountId: string
  grantId: string
  engineToken: string
  clientId: string
  /** As it was presented; null: we ask for ourselves, in a run of a developer who tries an app. */
  client: PresentedClient | null
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
      /** Whom it is about; undefined: the credential. */
      part?: RefusedPart
      reason: Reason
      detail?: string
      scopes?: readonly string[]
    }

/** The codes that a ledger refuses with. */
const LEDGER_ERROR_CODES = [
  'invalid_client',
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
