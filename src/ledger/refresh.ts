import type { AllowedClient, IssuedToken } from '../authority/issue.ts'
import { withoutPreviousToken, withTokenKept } from '../engine/grant-record.ts'
import { type CollectedExchange, collectExchange } from '../engine/token-exchange.ts'
import type { Reason } from '../errors.ts'
import { type Grant, isAlive } from '../grants/grant.ts'
import { isProjectionDue, isUseDue, LOST_ANSWER_WINDOW_SECONDS } from '../grants/refresh-rules.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { equalInConstantTime, sha256 } from '../lib/encoding.ts'
import { formatGrantCredential } from '../tokens/grant-credential.ts'
import type { RefreshCommand, TokenAnswer } from './commands.ts'
import { engineClient, engineSettings, issueAccessToken, tokenAnswer } from './issue-access-token.ts'
import { invalidGrant, type Ledger, VersionChanged } from './ledger.ts'
import { repeat, requireNotExpired } from './repeat.ts'
import { encloseSuccessor } from './successor-envelope.ts'

/** Refreshes: public clients rotate, confidential ones keep their token, a lost answer is given again. */
export async function refresh(ledger: Ledger, command: RefreshCommand): Promise<TokenAnswer> {
  const now = currentTime()
  const read = ledger.find(command.grantId)
  if (read && !isPresent(read, command)) return repeat(ledger, read, command, now)
  const grant = refusalOf(read, command, now) ? undefined : read
  const { client, token } = await issueAccessToken(ledger, command, { grantType: 'refresh_token', grant }, now)
  if (!grant || !token) throw refuse(ledger, command)
  const issued = { grant, command, client, token }
  const refreshToken = client.confidential ? await keep(ledger, issued, now) : await rotate(ledger, issued, now)
  return tokenAnswer(token, refreshToken, now)
}

/** The token that works now, and not one of before. */
function isPresent({ refreshHash }: Grant, command: RefreshCommand): boolean {
  return refreshHash !== null && equalInConstantTime(refreshHash, command.refreshHash)
}

/** Why the present token of a grant is no good. */
function refusalOf(grant: Grant | undefined, { clientId }: RefreshCommand, now: EpochSeconds): Reason | undefined {
  if (!grant) return 'refresh_token_unknown'
  if (grant.clientId !== clientId) return 'refresh_token_client_mismatch'
  return isAlive(grant, now) ? undefined : 'refresh_token_expired'
}

/** The client is who it says it is: it may hear why. */
function refuse(ledger: Ledger, command: RefreshCommand): Error {
  const reason = refusalOf(ledger.find(command.grantId), command, currentTime())
  return reason ? invalidGrant(reason) : new VersionChanged()
}

interface IssuedRefresh {
  /** As it was read, with the command's token as its present one. */
  grant: Grant
  command: RefreshCommand
  client: AllowedClient
  token: IssuedToken
}

function runEngine(ledger: Ledger, { grant, command, client, token }: IssuedRefresh): Promise<CollectedExchange> {
  const settings = engineSettings(ledger, client, grant.resource, token)
  return collectExchange(settings, engineClient(grant, client), grant.engineRecord, {
    grant_type: 'refresh_token',
    refresh_token: command.engineToken,
    scope: token.scopes.join(' '),
  })
}

/**
 * The token stays; a write only when its recorded last use is more than an hour old. Otherwise nothing of what the engine
 * would answer is kept, and everything that it would check was checked: it is not asked.
 */
async function keep(ledger: Ledger, issued: IssuedRefresh, now: EpochSeconds): Promise<string> {
  const { grant, command, token } = issued
  if (!isUseDue(grant, now)) {
    ledger.requireUnchanged(grant)
    requireNotExpired(grant)
    if (token.status?.id !== grant.status?.id) ledger.commit(() => ledger.learnStatus(grant, token.status))
    return command.refreshToken
  }
  const exchange = await runEngine(ledger, issued)
  ledger.commit(() => {
    requireNotExpired(grant)
    const engineRecord = withTokenKept(exchange.grantRecord, grant.engineRecord)
    const projected = isProjectionDue(grant, now)
    ledger.save(grant, { ...usedAt(ledger, grant, now), engineRecord }, { projected })
    ledger.learnStatus(grant, token.status)
  })
  return command.refreshToken
}

async function rotate(ledger: Ledger, issued: IssuedRefresh, now: EpochSeconds): Promise<string> {
  const { grant, command, token } = issued
  const exchange = await runEngine(ledger, issued)
  if (!exchange.refreshToken) throw new Error('the engine refreshed without a refresh token')
  const successor = await formatGrantCredential(ledger.config, 'refreshToken', exchange.refreshToken)
  const [successorHash, enclosedSuccessor] = await Promise.all([
    sha256(successor),
    encloseSuccessor(command.refreshToken, successor),
  ])
  ledger.commit(() => {
    requireNotExpired(grant)
    ledger.save(
      grant,
      {
        ...usedAt(ledger, grant, now),
        engineRecord: withoutPreviousToken(exchange.grantRecord),
        refreshHash: successorHash,
        rotations: grant.rotations + 1,
      },
      { projected: isProjectionDue(grant, now) },
    )
    ledger.spent.insert({
      hash: command.refreshHash,
      grantId: grant.id,
      rotations: grant.rotations,
      spentAt: now,
      enclosedSuccessor,
      scopes: token.scopes,
      ...command.origin,
      repeats: 0,
      repeatedElsewhere: false,
    })
    ledger.alarm.want((now + LOST_ANSWER_WINDOW_SECONDS + 1) * 1000)
    ledger.learnStatus(grant, token.status)
  })
  return successor
}

function usedAt(ledger: Ledger, grant: Grant, now: EpochSeconds) {
  const idleExpiresAt = Math.min(now + ledger.config.refreshTokenIdleTtlSeconds, grant.expiresAt)
  return { lastUsedAt: isUseDue(grant, now) ? now : grant.lastUsedAt, idleExpiresAt }
}
