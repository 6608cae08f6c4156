import { withoutPreviousToken, withTokenKept } from '../engine/grant-record.ts'
import { type CollectedExchange, collectExchange } from '../engine/token-exchange.ts'
import { type Grant, isAlive } from '../grants/grant.ts'
import { LAST_USE_RESOLUTION_SECONDS, LOST_ANSWER_WINDOW_SECONDS } from '../grants/refresh-rules.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { equalInConstantTime, sha256 } from '../lib/encoding.ts'
import { formatHandle } from '../tokens/handle.ts'
import type { RefreshCommand, TokenAnswer } from './commands.ts'
import { type Allowance, engineSettings, issueAccessToken, plannedBy, requireAllowance } from './issue-access-token.ts'
import { invalidGrant, type Ledger } from './ledger.ts'
import { repeat, requireNotExpired } from './repeat.ts'
import { sealFor } from './seal.ts'

/** Refreshes: public clients rotate, confidential ones keep their token, a lost answer is given again. */
export async function refresh(ledger: Ledger, command: RefreshCommand): Promise<TokenAnswer> {
  const now = currentTime()
  const grant = ledger.find(command.grantId)
  if (!grant) throw invalidGrant('refresh_token_unknown')
  if (grant.refreshHash === null || !equalInConstantTime(grant.refreshHash, command.refreshHash)) {
    return repeat(ledger, grant, command, now)
  }
  if (grant.clientId !== command.client.clientId) throw invalidGrant('refresh_token_client_mismatch')
  if (!isAlive(grant, now)) throw invalidGrant('refresh_token_expired')
  const allowance = requireAllowance(ledger, grant, command, now)
  const exchange = await runEngine(ledger, grant, command, allowance)
  const { expiresAt: _, ...issued } = await issueAccessToken(ledger, grant, command, allowance, plannedBy(exchange))
  const refreshToken = command.client.confidential
    ? keep(ledger, grant, command, exchange, now)
    : await rotate(ledger, grant, command, exchange, allowance, now)
  return { ...issued, refreshToken }
}

function runEngine(ledger: Ledger, grant: Grant, command: RefreshCommand, allowance: Allowance) {
  const settings = engineSettings(ledger, command.client, grant.resource, command.resources)
  return collectExchange(settings, command.client, grant.engineRecord, {
    grant_type: 'refresh_token',
    refresh_token: command.engineToken,
    scope: allowance.scopes.join(' '),
  })
}

/** The token stays; a write only when its recorded last use is more than an hour old. */
function keep(
  ledger: Ledger,
  grant: Grant,
  command: RefreshCommand,
  exchange: CollectedExchange,
  now: EpochSeconds,
): string {
  if (!isUseDue(grant, now)) {
    ledger.requireUnchanged(grant)
    requireNotExpired(grant)
    ledger.countTokenAfterAnswer(grant, 'refresh_token', now)
    return command.refreshToken
  }
  ledger.commit(() => {
    requireNotExpired(grant)
    ledger.countToken(grant, 'refresh_token', now)
    const engineRecord = withTokenKept(exchange.grantRecord, grant.engineRecord)
    ledger.save(grant, { ...usedAt(ledger, grant, now), engineRecord }, { projected: true })
  })
  return command.refreshToken
}

async function rotate(
  ledger: Ledger,
  grant: Grant,
  command: RefreshCommand,
  exchange: CollectedExchange,
  allowance: Allowance,
  now: EpochSeconds,
): Promise<string> {
  if (!exchange.refreshToken) throw new Error('the engine refreshed without a refresh token')
  const successor = await formatHandle(ledger.config, 'refreshToken', exchange.refreshToken)
  const [successorHash, sealedSuccessor] = await Promise.all([
    sha256(successor),
    sealFor(command.refreshToken, successor),
  ])
  ledger.commit(() => {
    requireNotExpired(grant)
    ledger.save(
      grant,
      {
        ...usedAt(ledger, grant, now),
        engineRecord: withoutPreviousToken(exchange.grantRecord),
        refreshHash: successorHash,
        generation: grant.generation + 1,
      },
      { projected: isUseDue(grant, now) },
    )
    ledger.spent.insert({
      hash: command.refreshHash,
      grantId: grant.id,
      generation: grant.generation,
      spentAt: now,
      sealedSuccessor,
      scopes: allowance.scopes,
      ...command.origin,
      repeats: 0,
      repeatedElsewhere: false,
    })
    ledger.alarm.want((now + LOST_ANSWER_WINDOW_SECONDS + 1) * 1000)
    ledger.countToken(grant, 'refresh_token', now)
  })
  return successor
}

function usedAt(ledger: Ledger, grant: Grant, now: EpochSeconds) {
  const idleExpiresAt = Math.min(now + ledger.config.refreshTokenIdleTtlSeconds, grant.expiresAt)
  return { lastUsedAt: isUseDue(grant, now) ? now : grant.lastUsedAt, idleExpiresAt }
}

/** "Last used" is known to the hour, so that a refresh rarely has to tell its views. */
function isUseDue(grant: Grant, now: EpochSeconds): boolean {
  return now - grant.lastUsedAt > LAST_USE_RESOLUTION_SECONDS
}
