import type { App } from '../../../apps/app.ts'
import { beginTryRun, type TryRunSecrets, takeTryRun, tryRedirectUri } from '../../../apps/try-run.ts'
import { ProtocolError } from '../../../errors.ts'
import type { TokenAnswer } from '../../../ledger/commands.ts'
import { callLedger, unwrap } from '../../../ledger/ledger-stub.ts'
import { redeemCommand } from '../../../ledger/token-command.ts'
import { currentTime } from '../../../lib/clock.ts'
import { equalInConstantTime, sha256 } from '../../../lib/encoding.ts'
import { randomBase64Url } from '../../../lib/random.ts'
import { parseAccessToken } from '../../../tokens/access-token.ts'
import { parseGrantCredential } from '../../../tokens/grant-credential.ts'
import type { ActionContext } from '../../kit/action-context.ts'

/** What a trial run came to. No token is in it. */
export type TryOutcome =
  | {
      ok: true
      scopes: readonly string[]
      audience: string
      organizations: readonly string[]
      expiresIn: number
      refreshes: boolean
    }
  | { ok: false; error: string; description: string }

/** What the browser brought back from the authorization endpoint, by the names of RFC 6749 §4.1.2. */
interface AuthorizationResponse {
  state?: string
  code?: string
  error?: string
  error_description?: string
}

const SECRET_BYTES = 32

/** Answers the address of the app's own authorization, for every scope that it is registered for. */
export async function startTryRun({ env, config, caller }: ActionContext, app: App): Promise<string> {
  const { clientId, scopes, optionalScopes } = app
  const secrets = { state: randomBase64Url(SECRET_BYTES), codeVerifier: randomBase64Url(SECRET_BYTES) }
  await beginTryRun(env, { clientId, accountId: caller.accountId }, secrets, currentTime())
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: tryRedirectUri(config.issuer, clientId),
    scope: [...scopes, ...optionalScopes].join(' '),
    state: secrets.state,
    code_challenge: await sha256(secrets.codeVerifier),
    code_challenge_method: 'S256',
    prompt: 'consent',
  })
  return `/authorize?${request}`
}

/** Redeems the code and revokes the grant, once for each run. */
export async function finishTryRun(
  context: ActionContext,
  app: App,
  response: AuthorizationResponse,
): Promise<TryOutcome> {
  const run = { clientId: app.clientId, accountId: context.caller.accountId }
  const secrets = await takeTryRun(context.env, run, currentTime())
  return secrets ? finish(context, app, response, secrets) : ended()
}

function ended(): TryOutcome {
  return { ok: false, error: 'This run is over', description: 'Runs last 15 minutes, and each answer counts once.' }
}

async function finish(
  context: ActionContext,
  app: App,
  { state = '', code = '', error, error_description: description = '' }: AuthorizationResponse,
  secrets: TryRunSecrets,
): Promise<TryOutcome> {
  if (!equalInConstantTime(state, secrets.state)) return ended()
  if (error !== undefined) return { ok: false, error, description }
  try {
    return describe(await redeemAndRevoke(context, app, code, secrets.codeVerifier))
  } catch (refusal) {
    if (!(refusal instanceof ProtocolError)) throw refusal
    return { ok: false, error: refusal.code, description: refusal.description }
  }
}

/** As the token endpoint would, but for client authentication: we are who asks, and no secret is kept in clear. */
async function redeemAndRevoke(
  { env, config, caller: { accountId } }: ActionContext,
  app: App,
  code: string,
  codeVerifier: string,
): Promise<TokenAnswer> {
  const credential = await parseGrantCredential(config, 'authorizationCode', code)
  if (credential?.accountId !== accountId) throw new ProtocolError('invalid_grant', 'code_malformed')
  const redirectUri = tryRedirectUri(config.issuer, app.clientId)
  const origin = { address: '', userAgent: '' }
  const asked = { requestedScopes: undefined, requestedResource: undefined, origin }
  const request = { credential, client: null, clientId: app.clientId, ...asked }
  const command = await redeemCommand(request, { authorizationCode: code, redirectUri, codeVerifier })
  const answer = unwrap(await callLedger(env, accountId, async (ledger) => ledger.redeem(command)))
  await callLedger(env, accountId, async (ledger) => ledger.revokeGrant(credential.grantId, accountId))
  return answer
}

/** What the app would have got; the tokens themselves end here. */
function describe({ accessToken, expiresIn, refreshToken, scopes }: TokenAnswer): TryOutcome {
  const claims = parseAccessToken(accessToken)?.claims
  return {
    ok: true,
    scopes,
    audience: claims?.aud ?? '',
    organizations: claims?.organizations ?? [],
    expiresIn,
    refreshes: refreshToken !== null,
  }
}
