import type { Grant } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { findByRefreshToken, type RefreshTokenQuestion } from './inspect.ts'
import type { Ledger } from './ledger.ts'

/**
 * Ends the whole grant (RFC 7009 §2.1). A token that was just rotated counts as well: an app that revokes while
 * its refresh is in flight means the grant, not the one string that it still has.
 */
export function revokeRefreshToken(ledger: Ledger, question: RefreshTokenQuestion, now: EpochSeconds): void {
  const grant = findByRefreshToken(ledger, question) ?? findBySpentToken(ledger, question)
  if (!grant) return
  ledger.commit(() => ledger.revoke(grant, 'revoked_by_app', now, { actor: question.clientId }))
}

function findBySpentToken(ledger: Ledger, question: RefreshTokenQuestion): Grant | undefined {
  const grant = ledger.find(question.grantId)
  if (!grant || grant.clientId !== question.clientId) return undefined
  return ledger.spent.find(question.refreshHash)?.grantId === grant.id ? grant : undefined
}

interface AccessTokenToRevoke {
  grantId: string
  tokenId: string
  expiresAt: EpochSeconds
}

/**
 * Ends one access token; its grant and refresh token live on. Offline verifiers know generations, not single tokens:
 * for them its siblings end as well, and the app's next refresh brings the next generation.
 */
export function revokeAccessToken(ledger: Ledger, token: AccessTokenToRevoke): void {
  const grant = ledger.find(token.grantId)
  if (!grant || ledger.grants.isAccessTokenRevoked(token.tokenId)) return
  ledger.commit(() => {
    if (grant.state === 'active') ledger.renewStatus(grant)
    ledger.grants.revokeAccessToken(token.tokenId, token.expiresAt)
    ledger.alarm.want(token.expiresAt * 1000)
  })
}
