import type { Reason } from '../errors.ts'
import { type Grant, isAlive } from '../grants/grant.ts'
import { decideRepeat, isElsewhere, type SpentRefreshToken } from '../grants/refresh-rules.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import type { RefreshCommand, TokenAnswer } from './commands.ts'
import { issueAccessToken, tokenAnswer } from './issue-access-token.ts'
import { invalidGrant, type Ledger, VersionChanged } from './ledger.ts'
import { openSuccessor } from './successor-envelope.ts'

/** A refresh token that is not the current one: a repeat of a lost answer, reuse, or nothing of ours. */
export async function repeat(
  ledger: Ledger,
  grant: Grant,
  command: RefreshCommand,
  now: EpochSeconds,
): Promise<TokenAnswer> {
  const judged = judge(ledger, grant, command, now)
  // A repeat never exceeds the first answer, whatever it asks for and whatever was allowed since.
  const wanted = judged.ok
    ? { grantType: 'refresh_token' as const, grant, within: judged.spent.scopes }
    : { grantType: 'refresh_token' as const, grant: undefined }
  const { token } = await issueAccessToken(ledger, command, wanted, now)
  // The client is who it says it is: from here on what it did has consequences.
  const present = ledger.find(grant.id)
  if (!present) throw invalidGrant('refresh_token_unknown')
  const spent = requireRepeatable(ledger, present, command, now)
  if (!token || !judged.ok) throw new VersionChanged()
  const successor = await openSuccessor(command.refreshToken, spent.enclosedSuccessor ?? '')
  ledger.commit(() => {
    ledger.requireUnchanged(grant)
    requireNotExpired(grant)
    ledger.spent.countRepeat(spent)
  })
  return tokenAnswer(token, successor, now)
}

/** Signing took its time. */
export function requireNotExpired(grant: Grant): void {
  if (!isAlive(grant, currentTime())) throw invalidGrant('refresh_token_expired')
}

type Judgement = { ok: true; spent: SpentRefreshToken } | { ok: false; reason: Reason }

/** Only a hash that we issued counts as reuse: an unknown secret with a known grant id touches nothing. */
function judge(ledger: Ledger, grant: Grant, command: RefreshCommand, now: EpochSeconds): Judgement {
  if (grant.state === 'revoked') return { ok: false, reason: 'grant_ended' }
  const spent = ledger.spent.find(grant.id, command.refreshHash)
  if (!spent) return { ok: false, reason: 'refresh_token_unknown' }
  if (grant.clientId !== command.clientId) return { ok: false, reason: 'refresh_token_client_mismatch' }
  if (!isAlive(grant, now)) return { ok: false, reason: 'refresh_token_expired' }
  const decision = decideRepeat(spent, grant.rotations, command.origin, now)
  return decision === 'repeat' ? { ok: true, spent } : { ok: false, reason: REASONS[decision] }
}

const REASONS = {
  reused: 'refresh_token_reused',
  superseded: 'refresh_token_superseded',
  too_often: 'refresh_token_repeated_too_often',
} as const

function requireRepeatable(
  ledger: Ledger,
  grant: Grant,
  command: RefreshCommand,
  now: EpochSeconds,
): SpentRefreshToken {
  const judged = judge(ledger, grant, command, now)
  if (!judged.ok && judged.reason === 'refresh_token_reused') throw refuseReuse(ledger, grant, now)
  if (!judged.ok) throw invalidGrant(judged.reason)
  const { spent } = judged
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
