import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { callLedger } from '../ledger/ledger-stub.ts'
import { findPresent } from '../ledger/present-store.ts'
import { verifyAccessToken } from '../ledger/verify-access-token.ts'
import { currentTime } from '../lib/clock.ts'
import { sha256 } from '../lib/encoding.ts'
import { parseAccessToken } from '../tokens/access-token.ts'
import { parseHandle } from '../tokens/handle.ts'
import { requireClient } from './client-authentication.ts'
import { parseClientCredentials } from './client-credentials.ts'
import { readForm } from './form.ts'

/** POST /revoke (RFC 7009). What is unknown, foreign or already over is answered like success. */
export async function revoke(c: Context<AppEnv>): Promise<Response> {
  const parameters = await readForm(c.req.raw)
  const credentials = parseClientCredentials(c.req.header('Authorization') ?? null, parameters)
  const { token } = parameters
  if (!token) throw new ProtocolError('invalid_request', 'token_missing')
  const accountId = accountOf(token)
  const context = await findPresent(c.env.DB, c.get('config'), credentials.clientId, accountId, currentTime())
  const { app } = await requireClient(credentials, context)
  if (context?.account) await revokeIfOwned(c, token, app.clientId)
  return c.json({}, 200, { 'Cache-Control': 'no-store' })
}

/** The hint of RFC 7009 §2.1 is not needed: the two kinds of token look different. */
function accountOf(token: string): string | null {
  return parseHandle('refreshToken', token)?.accountId ?? parseAccessToken(token)?.claims.sub ?? null
}

async function revokeIfOwned(c: Context<AppEnv>, token: string, clientId: string): Promise<void> {
  const handle = parseHandle('refreshToken', token)
  if (!handle) return revokeAccessToken(c, token, clientId)
  const question = { grantId: handle.grantId, refreshHash: await sha256(token), clientId }
  await callLedger(c.env, handle.accountId, async (ledger) => ledger.revokeRefreshToken(question))
}

async function revokeAccessToken(c: Context<AppEnv>, jwt: string, clientId: string): Promise<void> {
  const claims = await verifyAccessToken(c.env, c.get('config'), jwt, currentTime())
  if (!claims || claims.client_id !== clientId) return
  await callLedger(c.env, claims.sub, async (ledger) =>
    ledger.revokeAccessToken(claims.grant_id, claims.jti, claims.exp),
  )
}
