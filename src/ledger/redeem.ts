import { collectExchange } from '../engine/token-exchange.ts'
import type { Grant } from '../grants/grant.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { equalInConstantTime, sha256 } from '../lib/encoding.ts'
import { formatHandle } from '../tokens/handle.ts'
import type { RedeemCommand, TokenAnswer } from './commands.ts'
import { engineSettings, issueAccessToken, plannedBy, requireAllowance } from './issue-access-token.ts'
import { invalidGrant, type Ledger } from './ledger.ts'

/** Redeemed living grants of one app in one account; the least recently used gives way. */
const MAX_GRANTS_PER_APP = 50

/** Exchanges an authorization code: everything is validated and signed first, then committed at once, or not at all. */
export async function redeem(ledger: Ledger, command: RedeemCommand): Promise<TokenAnswer> {
  const now = currentTime()
  const grant = requireRedeemable(ledger, command, now)
  const allowance = requireAllowance(ledger, grant, command, now)
  const settings = engineSettings(ledger, command.client, grant.resource, command.resources)
  const exchange = await collectExchange(settings, command.client, grant.engineRecord, form(command, allowance.scopes))
  const refreshToken =
    exchange.refreshToken && (await formatHandle(ledger.config, 'refreshToken', exchange.refreshToken))
  const refreshHash = refreshToken && (await sha256(refreshToken))
  const { expiresAt, ...issued } = await issueAccessToken(ledger, grant, command, allowance, plannedBy(exchange))
  ledger.commit(() => {
    if (grant.codeExpiresAt <= currentTime()) throw invalidGrant('code_expired')
    makeRoom(ledger, grant.clientId, now)
    ledger.countToken(grant, 'authorization_code', now)
    const idleExpiresAt = idleEnd(ledger, grant, refreshToken ? now : null, expiresAt)
    ledger.alarm.want(idleExpiresAt * 1000)
    ledger.save(
      grant,
      {
        state: 'active',
        engineRecord: exchange.grantRecord,
        refreshHash,
        redeemedAt: now,
        lastUsedAt: now,
        idleExpiresAt,
      },
      { projected: true },
    )
  })
  return { ...issued, refreshToken }
}

/** Whoever presents a code that is not theirs, or with a wrong verifier, changes nothing. */
function requireRedeemable(ledger: Ledger, command: RedeemCommand, now: EpochSeconds): Grant {
  const grant = ledger.find(command.grantId)
  if (!grant || !equalInConstantTime(grant.codeHash, command.codeHash)) throw invalidGrant('code_unknown')
  if (grant.clientId !== command.client.clientId) throw invalidGrant('code_client_mismatch')
  if (grant.state === 'revoked') throw invalidGrant('grant_ended')
  if (grant.redeemedAt !== null) throw refuseReplay(ledger, grant, command, now)
  if (grant.codeExpiresAt <= now) throw invalidGrant('code_expired')
  return grant
}

/** RFC 6749 §4.1.2: a code used twice by its own app ends what was issued for it. */
function refuseReplay(ledger: Ledger, grant: Grant, command: RedeemCommand, now: EpochSeconds) {
  if (command.codeChallenge === undefined) return invalidGrant('code_verifier_missing')
  if (!equalInConstantTime(grant.codeChallenge, command.codeChallenge)) return invalidGrant('code_verifier_mismatch')
  ledger.commit(() => {
    ledger.revoke(grant, 'code_replayed', now)
    ledger.record('code.replayed', grant, now)
  })
  return invalidGrant('code_replayed')
}

function form(command: RedeemCommand, scopes: readonly string[]): Record<string, string> {
  const { engineToken, redirectUri, codeVerifier } = command
  return {
    grant_type: 'authorization_code',
    code: engineToken,
    scope: scopes.join(' '),
    ...(redirectUri !== undefined && { redirect_uri: redirectUri }),
    ...(codeVerifier !== undefined && { code_verifier: codeVerifier }),
  }
}

/** A grant with a refresh token ends when that was idle too long; one without, with its access token. */
function idleEnd(
  ledger: Ledger,
  grant: Grant,
  refreshedAt: EpochSeconds | null,
  accessTokenExpiresAt: EpochSeconds,
): EpochSeconds {
  const idleExpiresAt =
    refreshedAt === null ? accessTokenExpiresAt : refreshedAt + ledger.config.refreshTokenIdleTtlSeconds
  return Math.min(idleExpiresAt, grant.expiresAt)
}

/** At redemption, never at authorization: codes that nobody redeems push nothing out. */
function makeRoom(ledger: Ledger, clientId: string, now: EpochSeconds): void {
  for (const grant of ledger.grants.listBeyond(MAX_GRANTS_PER_APP - 1, clientId, now)) {
    ledger.revoke(grant, 'evicted', now)
    ledger.record('grant.evicted', grant, now)
  }
}
