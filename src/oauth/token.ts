import type { Context } from 'hono'
import type { GrantType } from '../apps/grant-types.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import type { TokenAnswer } from '../ledger/commands.ts'
import { findPresent } from '../ledger/present-store.ts'
import { currentTime } from '../lib/clock.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import type { Handle } from '../tokens/handle.ts'
import { checkSecretSeal, requireClient } from './client-authentication.ts'
import { type Parameters, readForm } from './form.ts'
import { GRANT_HANDLERS, isGrantType } from './grant-types/index.ts'
import { notingTokenRefusals } from './noting-refusals.ts'
import { parsePresentedCredentials } from './presented-credentials.ts'
import { findRefusedClient } from './remembered-clients.ts'
import { noteSecretUse } from './secret-use.ts'

/** POST /token (RFC 6749 §3.2): one D1 read, one ledger call, one signature. */
export async function token(c: Context<AppEnv>): Promise<Response> {
  const parameters = await readForm(c.req.raw)
  const credentials = parsePresentedCredentials(c.req.header('Authorization') ?? null, parameters)
  const config = c.get('config')
  await checkSecretSeal(config, credentials)
  const { grantType, handle, refusal } = await readGrant(config, parameters)
  const now = currentTime()
  const context = handle
    ? await findPresent(c.env.DB, config, credentials.clientId, handle, now)
    : await findRefusedClient(c.env, config, credentials, now)
  const request = { clientId: context?.app.clientId, grantType, authenticated: false }
  const answer = await notingTokenRefusals(c, request, async () => {
    const client = await requireClient(credentials, context)
    request.authenticated = client.secret !== null
    // Said only now: whoever cannot authenticate as the app learns nothing about its credentials.
    if (grantType === null) throw refusal
    if (!client.app.grantTypes.includes(grantType)) {
      throw new ProtocolError('unauthorized_client', 'grant_type_unregistered')
    }
    if (handle === null) throw refusal
    if (!context?.account) throw new ProtocolError('invalid_grant', 'account_unknown')
    const tokens = await GRANT_HANDLERS[grantType].answer(c, { parameters, handle, client, context })
    noteSecretUse(c, client)
    return tokens
  })
  return c.json(tokenResponse(answer), 200, { 'Cache-Control': 'no-store', Pragma: 'no-cache' })
}

type GrantReading =
  | { grantType: GrantType; handle: Handle; refusal: undefined }
  | { grantType: GrantType | null; handle: null; refusal: ProtocolError }

/**
 * What kind of grant is presented, and whose. A request that names none, or a credential that we did not make, still
 * lets the client authenticate first, and is refused after that.
 */
async function readGrant(sealing: Sealing, parameters: Parameters): Promise<GrantReading> {
  const { grant_type: grantType = '' } = parameters
  if (!isGrantType(grantType)) return { grantType: null, handle: null, refusal: refuseGrantType(grantType) }
  try {
    return {
      grantType,
      handle: await GRANT_HANDLERS[grantType].readCredential(sealing, parameters),
      refusal: undefined,
    }
  } catch (error) {
    if (error instanceof ProtocolError) return { grantType, handle: null, refusal: error }
    throw error
  }
}

function refuseGrantType(grantType: string): ProtocolError {
  if (!grantType) return new ProtocolError('invalid_request', 'grant_type_missing')
  return new ProtocolError('unsupported_grant_type', 'grant_type_unsupported')
}

/** RFC 6749 §5.1. */
function tokenResponse({ accessToken, expiresIn, refreshToken, scopes }: TokenAnswer) {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    scope: scopes.join(' '),
  }
}
