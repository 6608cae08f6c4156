import { collectAuthorization } from '../engine/authorization.ts'
import type { Grant } from '../grants/grant.ts'
import { currentTime } from '../lib/clock.ts'
import { sha256 } from '../lib/encoding.ts'
import { insertTokenStatus } from '../revocation/token-statuses-store.ts'
import { formatGrantCredential } from '../tokens/grant-credential.ts'
import type { AuthorizeCommand } from './commands.ts'
import { statusSubject } from './grant-index-store.ts'
import type { Ledger } from './ledger.ts'

export interface Authorized {
  authorizationCode: string
}

/**
 * Writes a grant that waits for its code to be redeemed, and answers with the code. Undefined, and nothing is written:
 * somebody lost access since the consent was checked, so check it again.
 */
export async function authorize(ledger: Ledger, command: AuthorizeCommand): Promise<Authorized | undefined> {
  const { config } = ledger
  const settings = {
    issuer: config.issuer,
    resource: command.resource,
    accessTokenTtlSeconds: config.accessTokenTtlSeconds,
    refreshTokenIdleTtlSeconds: config.refreshTokenIdleTtlSeconds,
  }
  const collected = await collectAuthorization(settings, command.client, command)
  const authorizationCode = await formatGrantCredential(config, 'authorizationCode', collected.authorizationCode)
  const codeHash = await sha256(authorizationCode)
  const now = currentTime()
  const grant: Grant = {
    id: collected.grantId,
    clientId: command.client.clientId,
    confidential: command.client.confidential,
    state: 'authorized',
    version: 1,
    engineRecord: collected.grantRecord,
    scopes: command.scopes,
    organizations: command.organizations,
    resource: command.resource,
    redirectUri: command.redirectUri,
    codeHash,
    codeChallenge: command.codeChallenge,
    codeExpiresAt: now + config.authorizationCodeTtlSeconds,
    refreshHash: null,
    rotations: 0,
    createdAt: now,
    consentedAfter: command.consentedAfter,
    redeemedAt: null,
    lastUsedAt: now,
    expiresAt: now + config.refreshTokenMaxTtlSeconds,
    idleExpiresAt: now + config.refreshTokenIdleTtlSeconds,
    revokedAt: null,
    revocationReason: null,
    signedInAt: command.signedInAt,
    shownApp: command.shownApp,
    status: null,
    userAgent: command.userAgent,
  }
  const status = await insertTokenStatus(ledger.env.DB, statusSubject(command.accountId, grant))
  if (!status) return undefined
  ledger.commit(() => {
    if (!ledger.grants.findAccount()) ledger.grants.insertAccount(command.accountId, command.shard)
    ledger.grants.insert({ ...grant, status })
    ledger.record('consent.granted', grant, now, { actor: command.accountId })
    ledger.alarm.want(grant.codeExpiresAt * 1000)
  })
  return { authorizationCode }
}
