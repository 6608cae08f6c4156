import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { parseVerificationKey, type VerificationKey, verificationKeyStatement } from '../keys/keys-store.ts'
import { callLedger } from '../ledger/ledger-stub.ts'
import { parsePresent, presentStatement } from '../ledger/present-store.ts'
import { verifyAccessToken } from '../ledger/verify-access-token.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import { sha256 } from '../lib/encoding.ts'
import { type Handle, parseHandle } from '../tokens/handle.ts'
import { type PresentedAccessToken, readAccessToken } from '../tokens/presented-access-token.ts'
import { checkSecretSeal, requireClient } from './client-authentication.ts'
import { readForm } from './form.ts'
import { type PresentedCredentials, parsePresentedCredentials } from './presented-credentials.ts'
import { findRefusedClient } from './remembered-clients.ts'

/** POST /revoke (RFC 7009). What is unknown, foreign or already over is answered like success. */
export async function revoke(c: Context<AppEnv>): Promise<Response> {
  const parameters = await readForm(c.req.raw)
  const credentials = parsePresentedCredentials(c.req.header('Authorization') ?? null, parameters)
  const { token } = parameters
  if (!token) throw new ProtocolError('invalid_request', 'token_missing')
  const config = c.get('config')
  await checkSecretSeal(config, credentials)
  const now = currentTime()
  const [refreshToken, accessToken] = await Promise.all([
    parseHandle(config, 'refreshToken', token),
    readAccessToken(config, token),
  ])
  const { context, key } = await readContext(c, credentials, { refreshToken, accessToken }, now)
  const { app } = await requireClient(credentials, context)
  if (context?.account && refreshToken) await revokeRefreshToken(c, token, refreshToken, app.clientId)
  if (context?.account && accessToken && key) await revokeAccessToken(c, { accessToken, key }, app.clientId, now)
  return c.json({}, 200, { 'Cache-Control': 'no-store' })
}

/** What is to be revoked, as far as the string itself says; neither when we did not make it. */
interface Subject {
  refreshToken: Handle | undefined
  accessToken: PresentedAccessToken | undefined
}

/**
 * The app, the account that the token names, and for an access token its key, in one round trip.
 * The hint of RFC 7009 §2.1 is not needed: the two kinds of token look different.
 */
async function readContext(
  c: Context<AppEnv>,
  credentials: PresentedCredentials,
  { refreshToken, accessToken }: Subject,
  now: EpochSeconds,
) {
  const { DB } = c.env
  if (!refreshToken && !accessToken) {
    return { context: await findRefusedClient(c.env, c.get('config'), credentials, now), key: undefined }
  }
  const account = refreshToken ?? (accessToken ? { accountId: accessToken.grant.accountId } : null)
  const statements = [
    presentStatement(DB, credentials.clientId, account, now),
    ...(accessToken ? [verificationKeyStatement(DB, accessToken.header.kid)] : []),
  ]
  const [presentRow, keyRow] = (await batch(DB, statements)).map((result) => result.results[0])
  return {
    context: presentRow ? parsePresent(presentRow, c.get('config')) : undefined,
    key: keyRow ? parseVerificationKey(keyRow) : undefined,
  }
}

async function revokeRefreshToken(c: Context<AppEnv>, token: string, { accountId, grantId }: Handle, clientId: string) {
  const refreshHash = await sha256(token)
  await callLedger(c.env, accountId, async (ledger) => ledger.revokeRefreshToken({ grantId, refreshHash, clientId }))
}

async function revokeAccessToken(
  c: Context<AppEnv>,
  { accessToken, key }: { accessToken: PresentedAccessToken; key: VerificationKey },
  clientId: string,
  now: EpochSeconds,
) {
  const claims = await verifyAccessToken(key, c.get('config'), accessToken.jwt, now)
  if (claims?.client_id !== clientId) return
  const { accountId, grantId } = accessToken.grant
  await callLedger(c.env, accountId, async (ledger) => ledger.revokeAccessToken(grantId, claims.jti, claims.exp))
}
