import { collectExchange } from '../engine/token-exchange.ts'
import type { Reason } from '../errors.ts'
import type { Grant } from '../grants/grant.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { equalInConstantTime, sha256 } from '../lib/encoding.ts'
import { formatGrantCredential } from '../tokens/grant-credential.ts'
import type { RedeemCommand, TokenAnswer } from './commands.ts'
import { engineClient, engineSettings, issueAccessToken, tokenAnswer } from './issue-access-token.ts'
import { invalidGrant, type Ledger, VersionChanged } from './ledger.ts'

/** Redeemed living grants of one app in one account; the least recently used gives way. */
const MAX_GRANTS_PER_APP = 50

/** Exchanges an authorization code: everything is validated and signed first, then committed at once, or not at all. */
export async function redeem(ledger: Ledger, command: RedeemCommand): Promise<TokenAnswer> {
  const now = currentTime()
  const read = ledger.find(command.grantId)
  const grant = refusalOf(read, command, now) ? undefined : read
  const { client, token } = await issueAccessToken(ledger, command, { grantType: 'authorization_code', grant }, now)
  if (!grant || !token) throw refuse(ledger, command)
  const settings = engineSettings(ledger, client, grant.resource, token)
  const exchange = await collectExchange(
    settings,
    engineClient(grant, client),
    grant.engineRecord,
    form(command, token.scopes),
  )
  const refreshToken =
    exchange.refreshToken && (await formatGrantCredential(ledger.config, 'refreshToken', exchange.refreshToken))
  const refreshHash = refreshToken && (await sha256(refreshToken))
  ledger.commit(() => {
    if (grant.codeExpiresAt <= currentTime()) throw invalidGrant('code_expired')
    makeRoom(ledger, grant.clientId, now)
    const idleExpiresAt = idleEnd(ledger, grant, refreshToken ? now : null, token.expiresAt)
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
    ledger.learnStatus(grant, token.status)
  })
  return tokenAnswer(token, refreshToken, now)
}

/** Why the code is no good; undefined: it may be redeemed, if its verifier is right and it still gives access. */
function refusalOf(grant: Grant | undefined, command: RedeemCommand, now: EpochSeconds): Reason | undefined {
  if (!grant || !equalInConstantTime(grant.codeHash, command.codeHash)) return 'code_unknown'
  if (grant.clientId !== command.clientId) return 'code_client_mismatch'
  if (grant.state === 'revoked') return 'grant_ended'
  if (grant.redeemedAt !== null) return refusalOfReplay(grant, command)
  return grant.codeExpiresAt <= now ? 'code_expired' : undefined
}

/** Whoever presents a code with a wrong verifier changes nothing. */
function refusalOfReplay(grant: Grant, { codeChallenge }: RedeemCommand): Reason {
  if (codeChallenge === undefined) return 'code_verifier_missing'
  return equalInConstantTime(grant.codeChallenge, codeChallenge) ? 'code_replayed' : 'code_verifier_mismatch'
}

/**
 * The client is who it says it is: it may hear why. RFC 6749 §4.1.2: a code used twice by its own app ends what was
 * issued for it.
 */
function refuse(ledger: Ledger, command: RedeemCommand): Error {
  const now = currentTime()
  const grant = ledger.find(command.grantId)
  const reason = refusalOf(grant, command, now)
  if (!reason) return new VersionChanged()
  if (grant && reason === 'code_replayed') {
    ledger.commit(() => {
      ledger.revoke(grant, 'code_replayed', now)
      ledger.record('code.replayed', grant, now)
    })
  }
  return invalidGrant(reason)
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
