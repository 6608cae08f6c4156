import type { Context } from 'hono'
import type { GrantType } from '../apps/grant-types.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import type { TokenAnswer } from '../ledger/commands.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import type { GrantCredential } from '../tokens/grant-credential.ts'
import { challenging, presentedClient } from './client-authentication.ts'
import { type Parameters, readForm } from './form.ts'
import { GRANT_HANDLERS, isGrantType } from './grant-types/index.ts'
import { checkRefusedClient } from './known-client.ts'
import { notingTokenRefusals } from './noting-refusals.ts'
import { parsePresentedCredentials } from './presented-credentials.ts'

/**
 * POST /token (RFC 6749 §3.2): one call to the account's ledger, which makes one to where its keys are. The credentials
 * of client and grant are checked there; what we did not make ourselves does not get so far.
 */
export async function token(c: Context<AppEnv>): Promise<Response> {
  const parameters = await readForm(c.req.raw)
  const credentials = parsePresentedCredentials(c.req.header('Authorization') ?? null, parameters)
  const client = await presentedClient(c.get('config'), credentials)
  const { grantType, credential, refusal } = await readGrant(c.get('config'), parameters)
  const request = { clientId: credentials.clientId, grantType, isConfidential: client.secretHash !== null }
  const answer = await notingTokenRefusals(c, request, () =>
    challenging(credentials, async () => {
      if (credential !== null) return GRANT_HANDLERS[grantType].answer(c, { parameters, credential, client })
      // Said only now: whoever cannot be the app learns nothing about its credentials.
      await checkRefusedClient(c, client, grantType)
      throw refusal
    }),
  )
  return c.json(tokenResponse(answer), 200, { 'Cache-Control': 'no-store', Pragma: 'no-cache' })
}

type GrantReading =
  | { grantType: GrantType; credential: GrantCredential; refusal: undefined }
  | { grantType: GrantType | null; credential: null; refusal: ProtocolError }

/**
 * What kind of grant is presented, and whose. A request that names none, or a credential that we did not make, still
 * lets the client authenticate first, and is refused after that.
 */
async function readGrant(sealing: Sealing, parameters: Parameters): Promise<GrantReading> {
  const { grant_type: grantType = '' } = parameters
  if (!isGrantType(grantType)) return { grantType: null, credential: null, refusal: refuseGrantType(grantType) }
  try {
    return {
      grantType,
      credential: await GRANT_HANDLERS[grantType].readCredential(sealing, parameters),
      refusal: undefined,
    }
  } catch (error) {
    if (error instanceof ProtocolError) return { grantType, credential: null, refusal: error }
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
