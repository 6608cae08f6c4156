import { endsAt, type Grant, isAlive } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { equalInConstantTime } from '../lib/encoding.ts'
import type { Inspection } from './commands.ts'
import type { Ledger } from './ledger.ts'

export interface RefreshTokenQuestion {
  grantId: string
  refreshHash: string
  /** The app that asks: nobody else is told anything. */
  clientId: string
}

/** Whether the grant of an access token is alive and the token itself was not revoked. */
export function inspectAccessToken(ledger: Ledger, grantId: string, tokenId: string, now: EpochSeconds): Inspection {
  const grant = ledger.find(grantId)
  if (!grant || !isAlive(grant, now) || ledger.grants.isAccessTokenRevoked(tokenId)) return { alive: false }
  return toInspection(grant)
}

export function inspectRefreshToken(ledger: Ledger, question: RefreshTokenQuestion, now: EpochSeconds): Inspection {
  const grant = findByRefreshToken(ledger, question)
  return grant && isAlive(grant, now) ? toInspection(grant) : { alive: false }
}

/** The grant whose current refresh token this is, for the app that it belongs to. */
export function findByRefreshToken(ledger: Ledger, question: RefreshTokenQuestion): Grant | undefined {
  const grant = ledger.find(question.grantId)
  if (!grant || grant.clientId !== question.clientId || grant.refreshHash === null) return undefined
  return equalInConstantTime(grant.refreshHash, question.refreshHash) ? grant : undefined
}

function toInspection(grant: Grant): Inspection {
  return {
    alive: true,
    grantId: grant.id,
    clientId: grant.clientId,
    resource: grant.resource,
    scopes: grant.scopes,
    organizations: grant.organizations,
    createdAt: grant.createdAt,
    consentedAfter: grant.consentedAfter,
    endsAt: endsAt(grant),
  }
}
