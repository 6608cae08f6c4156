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
import { parseAccessToken } from '../tokens/access-token.ts'
import { parseHandle } from '../tokens/handle.ts'
import { requireClient } from './client-authentication.ts'
import { readForm } from './form.ts'
import { parsePresentedCredentials } from './presented-credentials.ts'

/** POST /revoke (RFC 7009). What is unknown, foreign or already over is answered like success. */
export async function revoke(c: Context<AppEnv>): Promise<Response> {
  const parameters = await readForm(c.req.raw)
  const credentials = parsePresentedCredentials(c.req.header('Authorization') ?? null, parameters)
  const { token } = parameters
  if (!token) throw new ProtocolError('invalid_request', 'token_missing')
  const now = currentTime()
  const { context, key } = await readContext(c, credentials.clientId, token, now)
  const { app } = await requireClient(credentials, context)
  if (context?.account) await revokeIfOwned(c, { token, key, clientId: app.clientId }, now)
  return c.json({}, 200, { 'Cache-Control': 'no-store' })
}

/**
 * The app, the account that the token names, and for an access token its key, in one round trip.
 * The hint of RFC 7009 §2.1 is not needed: the two kinds of token look different.
 */
async function readContext(c: Context<AppEnv>, clientId: string, token: string, now: EpochSeconds) {
  const { DB } = c.env
  const jwt = parseAccessToken(token)
  const subject = parseHandle('refreshToken', token) ?? (jwt ? { accountId: jwt.claims.sub } : null)
  const statements = [
    presentStatement(DB, clientId, subject, now),
    ...(jwt ? [verificationKeyStatement(DB, jwt.header.kid)] : []),
  ]
  const [presentRow, keyRow] = (await batch(DB, statements)).map((result) => result.results[0])
  return {
    context: presentRow ? parsePresent(presentRow, c.get('config')) : undefined,
    key: keyRow ? parseVerificationKey(keyRow) : undefined,
  }
}

interface Question {
  token: string
  key: VerificationKey | undefined
  clientId: string
}

async function revokeIfOwned(c: Context<AppEnv>, question: Question, now: EpochSeconds): Promise<void> {
  const { token, clientId } = question
  const handle = parseHandle('refreshToken', token)
  if (!handle) return revokeAccessToken(c, question, now)
  const refreshHash = await sha256(token)
  await callLedger(c.env, handle.accountId, async (ledger) =>
    ledger.revokeRefreshToken({ grantId: handle.grantId, refreshHash, clientId }),
  )
}

async function revokeAccessToken(c: Context<AppEnv>, { token, key, clientId }: Question, now: EpochSeconds) {
  const claims = key && (await verifyAccessToken(key, c.get('config'), token, now))
  if (claims?.client_id !== clientId) return
  await callLedger(c.env, claims.sub, async (ledger) =>
    ledger.revokeAccessToken(claims.grant_id, claims.jti, claims.exp),
  )
}
