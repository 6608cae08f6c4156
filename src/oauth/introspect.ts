import type { Context } from 'hono'
import { findResourceCredentialsStatement, parseResourceCredentials } from '../catalog/resource-credentials-store.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { checkLiveness, livenessStatements } from '../ledger/live-access-token.ts'
import { parsePresent, presentStatement } from '../ledger/present-store.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import { type Handle, parseHandle } from '../tokens/handle.ts'
import { type PresentedAccessToken, readAccessToken } from '../tokens/presented-access-token.ts'
import { readForm } from './form.ts'
import { inspectRefreshTokenOf } from './introspect-refresh-token.ts'
import { checkCallerSeal, type IntrospectionCaller, requireCaller } from './introspection-caller.ts'
import { parsePresentedCredentials } from './presented-credentials.ts'

const INACTIVE = { active: false } as const

/** POST /introspect (RFC 7662): one D1 round trip, one ledger call; what may not be known looks inactive. */
export async function introspect(c: Context<AppEnv>): Promise<Response> {
  const parameters = await readForm(c.req.raw)
  const credentials = parsePresentedCredentials(c.req.header('Authorization') ?? null, parameters)
  const { token } = parameters
  if (!token) throw new ProtocolError('invalid_request', 'token_missing')
  await checkCallerSeal(c.get('config'), credentials)
  const subject = await readSubject(c.get('config'), token)
  const now = currentTime()
  const known = await readContext(c, credentials.clientId, subject, now)
  const caller = await requireCaller(credentials, known)
  const answer = await describe(c, token, subject, caller, known, now)
  return c.json(answer, 200, { 'Cache-Control': 'no-store' })
}

/** What is asked about, as far as the string itself says: neither when we did not make it. */
interface IntrospectedToken {
  accessToken: PresentedAccessToken | undefined
  refreshToken: Handle | undefined
}

async function readSubject(sealing: Sealing, token: string): Promise<IntrospectedToken> {
  const [accessToken, refreshToken] = await Promise.all([
    readAccessToken(sealing, token),
    parseHandle(sealing, 'refreshToken', token),
  ])
  return { accessToken, refreshToken }
}

/** IntrospectionCaller and subject in one round trip. */
async function readContext(c: Context<AppEnv>, callerId: string, subject: IntrospectedToken, now: EpochSeconds) {
  const { DB } = c.env
  const config = c.get('config')
  const statements = [
    findResourceCredentialsStatement(DB, callerId),
    presentStatement(DB, callerId, subject.refreshToken ?? null, now),
    ...(subject.accessToken ? livenessStatements(DB, subject.accessToken, now) : []),
  ]
  const results = await batch(DB, statements)
  const [resourceRow, callerRow, presentRow, keyRow] = results.map((result) => result.results[0])
  return {
    resource: resourceRow ? parseResourceCredentials(resourceRow, config.issuer) : undefined,
    app: callerRow ? parsePresent(callerRow, config) : undefined,
    evidence: { context: presentRow ? parsePresent(presentRow, config) : undefined, keyRow },
  }
}

async function describe(
  c: Context<AppEnv>,
  token: string,
  subject: IntrospectedToken,
  caller: IntrospectionCaller,
  known: Awaited<ReturnType<typeof readContext>>,
  now: EpochSeconds,
) {
  if (subject.refreshToken) return inspectRefreshTokenOf(c, token, subject.refreshToken, caller, known.app, now)
  if (!subject.accessToken || !mayAsk(caller, subject.accessToken)) return INACTIVE
  const live = await checkLiveness(c.env, c.get('config'), subject.accessToken, known.evidence, now)
  if (!live) return INACTIVE
  return {
    active: true,
    iss: c.get('config').issuer,
    sub: live.sub,
    aud: live.aud,
    client_id: live.clientId,
    scope: live.scopes.join(' '),
    organizations: live.organizations,
    grant_id: live.grantId,
    jti: live.tokenId,
    token_type: 'Bearer',
    iat: live.issuedAt,
    exp: live.expiresAt,
  }
}

/** A resource sees access tokens for itself; a confidential app sees its own. */
function mayAsk(caller: IntrospectionCaller, { claims }: PresentedAccessToken): boolean {
  return caller.kind === 'resource' ? claims.aud === caller.identifier : claims.client_id === caller.clientId
}
