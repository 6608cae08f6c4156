import { type Grant, isAlive } from '../grants/grant.ts'
import { decideRepeat, isElsewhere, type SpentRefreshToken } from '../grants/refresh-rules.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import type { RefreshCommand, TokenAnswer } from './commands.ts'
import { accessTokenTtl, issueAccessToken, requireAllowance } from './issue-access-token.ts'
import { invalidGrant, type Ledger } from './ledger.ts'
import { unseal } from './seal.ts'

/** A refresh token that is not the current one: a repeat of a lost answer, reuse, or nothing of ours. */
export async function repeat(
  ledger: Ledger,
  grant: Grant,
  command: RefreshCommand,
  now: EpochSeconds,
): Promise<TokenAnswer> {
  const spent = requireRepeatable(ledger, grant, command, now)
  // A repeat never exceeds the first answer, whatever it asks for and whatever was allowed since.
  const allowance = requireAllowance(ledger, grant, command, now, spent.scopes)
  const successor = await unseal(command.refreshToken, spent.sealedSuccessor ?? '')
  const expiresAt = now + accessTokenTtl(grant.resource, command.resources)
  const planned = { issuedAt: now, expiresAt }
  const { expiresAt: _, ...issued } = await issueAccessToken(ledger, grant, command, allowance, planned)
  ledger.commit(() => {
    ledger.requireUnchanged(grant)
    requireNotExpired(grant)
    ledger.spent.countRepeat(spent.hash)
    ledger.countToken(grant, 'refresh_token', now)
  })
  return { ...issued, refreshToken: successor }
}

/** Signing took its time. */
export function requireNotExpired(grant: Grant): void {
  if (!isAlive(grant, currentTime())) throw invalidGrant('refresh_token_expired')
}

/** Only a hash that we issued counts as reuse: an unknown secret with a known grant id touches nothing. */
function requireRepeatable(
  ledger: Ledger,
  grant: Grant,
  command: RefreshCommand,
  now: EpochSeconds,
): SpentRefreshToken {
  if (grant.state === 'revoked') throw invalidGrant('grant_ended')
  const spent = ledger.spent.find(command.refreshHash)
  if (!spent || spent.grantId !== grant.id) throw invalidGrant('refresh_token_unknown')
  if (grant.clientId !== command.client.clientId) throw invalidGrant('refresh_token_client_mismatch')
  if (!isAlive(grant, now)) throw invalidGrant('refresh_token_expired')
  const decision = decideRepeat(spent, grant.generation, command.origin, now)
  if (decision === 'reused') throw refuseReuse(ledger, grant, now)
  if (decision === 'superseded') throw invalidGrant('refresh_token_superseded')
  if (decision === 'too_often') throw invalidGrant('refresh_token_repeated_too_often')
  if (isElsewhere(spent, command.origin) && !spent.repeatedElsewhere) noteElsewhere(ledger, grant, spent, now)
  return spent
}

function refuseReuse(ledger: Ledger, grant: Grant, now: EpochSeconds) {
  ledger.commit(() => {
    ledger.revoke(grant, 'refresh_token_reused', now)
    ledger.record('refresh_token.reused', grant, now)
  })
  return invalidGrant('refresh_token_reused')
}

function noteElsewhere(ledger: Ledger, grant: Grant, spent: SpentRefreshToken, now: EpochSeconds): void {
  const revoked = ledger.commit(() => {
    ledger.record('refresh_token.repeated_elsewhere', grant, now)
    const { tooMany } = ledger.spent.markRepeatedElsewhere(spent)
    if (tooMany) ledger.revoke(grant, 'refresh_token_repeated_elsewhere', now)
    return tooMany
  })
  if (revoked) throw invalidGrant('refresh_token_repeated_elsewhere')
}
