import type { Context } from 'hono'
import type { PresentedClient } from '../apps/authenticate-client.ts'
import { readAuthority } from '../authority/authority-stub.ts'
import { nearestShard } from '../authority/nearest-shard.ts'
import type { ReadQuestion } from '../authority/read.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { callLedger } from '../ledger/ledger-stub.ts'
import type { RevocationOutcome } from '../ledger/revoke.ts'
import { verifyAccessToken } from '../ledger/verify-access-token.ts'
import { currentTime } from '../lib/clock.ts'
import { sha256 } from '../lib/encoding.ts'
import { StorageUnavailable } from '../lib/storage.ts'
import { type GrantCredential, parseGrantCredential } from '../tokens/grant-credential.ts'
import { type PresentedAccessToken, readAccessToken } from '../tokens/presented-access-token.ts'
import { challenging, presentedClient } from './client-authentication.ts'
import { readForm } from './form.ts'
import { checkKnownCaller, checkRefusedClient } from './known-client.ts'
import { invalidClient, parsePresentedCredentials } from './presented-credentials.ts'

/** POST /revoke (RFC 7009). What is unknown, foreign or already over is answered like success. */
export async function revoke(c: Context<AppEnv>): Promise<Response> {
  const parameters = await readForm(c.req.raw)
  const credentials = parsePresentedCredentials(c.req.header('Authorization') ?? null, parameters)
  const { token } = parameters
  if (!token) throw new ProtocolError('invalid_request', 'token_missing')
  const config = c.get('config')
  const client = await presentedClient(config, credentials)
  // The hint of RFC 7009 §2.1 is not needed: the two kinds of token look different.
  const [refreshToken, accessToken] = await Promise.all([
    parseGrantCredential(config, 'refreshToken', token),
    readAccessToken(config, token),
  ])
  const outcome = await challenging(credentials, async () => {
    if (refreshToken) return revokeRefreshToken(c, token, refreshToken, client)
    if (accessToken) return revokeAccessToken(c, accessToken, client)
    return checkRefusedClient(c, client)
  })
  if (outcome === 'client_secret_missing') throw invalidClient(outcome, credentials.triedBasic)
  return c.json({}, 200, { 'Cache-Control': 'no-store' })
}

/**
 * Works whatever else does not: where no authority can say whether the secret is still one of the app's, that we sealed
 * it is enough, for whoever has it and the token may only take away (docs/decisions/028-the-authority.md).
 */
async function revokeRefreshToken(
  c: Context<AppEnv>,
  token: string,
  { accountId, grantId }: GrantCredential,
  client: PresentedClient,
): Promise<RevocationOutcome> {
  if (client.secretHash !== null) checkKnownCaller((await askIfPossible(c, accountId, { caller: client }))?.caller)
  const refreshHash = await sha256(token)
  return callLedger(c.env, accountId, async (ledger) => ledger.revokeRefreshToken(grantId, refreshHash, client))
}

/** Whoever has only seen what a token says revokes nothing: its signature has to be right. */
async function revokeAccessToken(
  c: Context<AppEnv>,
  presented: PresentedAccessToken,
  client: PresentedClient,
): Promise<RevocationOutcome> {
  const { accountId, grantId } = presented.grant
  const config = c.get('config')
  const known = client.secretHash === null ? undefined : await askIfPossible(c, accountId, { caller: client })
  checkKnownCaller(known?.caller)
  const { kid } = presented.header
  const { key } = await readAuthority(c.env, nearestShard(config, c.req.raw, accountId), accountId, { kid })
  const claims = key && (await verifyAccessToken(key, config, presented, currentTime()))
  if (claims?.client_id !== client.clientId) return 'done'
  const token = { grantId, tokenId: claims.jti, expiresAt: claims.exp }
  return callLedger(c.env, accountId, async (ledger) => ledger.revokeAccessToken(token, client))
}

/** Undefined: nobody can say. */
async function askIfPossible(c: Context<AppEnv>, accountId: string, question: Omit<ReadQuestion, 'authority'>) {
  try {
    return await readAuthority(c.env, nearestShard(c.get('config'), c.req.raw, accountId), accountId, question)
  } catch (error) {
    if (error instanceof StorageUnavailable) return undefined
    throw error
  }
}
