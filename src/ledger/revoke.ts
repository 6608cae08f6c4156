import type { PresentedClient } from '../apps/authenticate-client.ts'
import type { Grant } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { findByRefreshToken, type RefreshTokenQuestion } from './inspect.ts'
import type { Ledger } from './ledger.ts'

/** A confidential client has to show who it is; what is foreign or over is `done` like success. */
export type RevocationOutcome = 'done' | 'client_secret_missing'

/**
 * Ends the whole grant (RFC 7009 §2.1). A token that was just rotated counts as well: an app that revokes while
 * its refresh is in flight means the grant, not the one string that it still has.
 */
export function revokeRefreshToken(
  ledger: Ledger,
  question: RefreshTokenQuestion,
  client: PresentedClient,
  now: EpochSeconds,
): RevocationOutcome {
  const grant = findByRefreshToken(ledger, question) ?? findBySpentToken(ledger, question)
  if (!grant) return 'done'
  if (grant.confidential && client.secretHash === null) return 'client_secret_missing'
  ledger.commit(() => ledger.revoke(grant, 'revoked_by_app', now, { actor: question.clientId }))
  return 'done'
}

function findBySpentToken(ledger: Ledger, question: RefreshTokenQuestion): Grant | undefined {
  const grant = ledger.find(question.grantId)
  if (!grant || grant.clientId !== question.clientId) return undefined
  return ledger.spent.find(grant.id, question.refreshHash) ? grant : undefined
}

export interface AccessTokenToRevoke {
  grantId: string
  tokenId: string
  expiresAt: EpochSeconds
}

/**
 * Ends one access token; its grant and refresh token live on. Offline verifiers know generations, not single tokens:
 * for them its siblings end as well, and the app's next refresh brings the next generation.
 */
export function revokeAccessToken(
  ledger: Ledger,
  { grantId, tokenId, expiresAt }: AccessTokenToRevoke,
  client: PresentedClient,
): RevocationOutcome {
  const grant = ledger.find(grantId)
  if (grant?.clientId !== client.clientId || ledger.grants.isAccessTokenRevoked(tokenId)) return 'done'
  if (grant.confidential && client.secretHash === null) return 'client_secret_missing'
  ledger.commit(() => {
    if (grant.state === 'active') ledger.renewStatus(grant)
    ledger.grants.revokeAccessToken(tokenId, expiresAt)
    ledger.alarm.want(expiresAt * 1000)
  })
  return 'done'
}
