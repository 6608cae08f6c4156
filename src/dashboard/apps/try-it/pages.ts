import { type Context, Hono } from 'hono'
import type { App } from '../../../apps/app.ts'
import { beginTryRun, type TryRunSecrets, takeTryRun, tryRedirectUri } from '../../../apps/try-run.ts'
import { ProtocolError } from '../../../errors.ts'
import type { TokenAnswer } from '../../../ledger/commands.ts'
import { callLedger, unwrap } from '../../../ledger/ledger-stub.ts'
import { findPresent } from '../../../ledger/present-store.ts'
import { redeemCommand } from '../../../ledger/token-command.ts'
import { currentTime } from '../../../lib/clock.ts'
import { equalInConstantTime, sha256 } from '../../../lib/encoding.ts'
import { randomBase64Url } from '../../../lib/random.ts'
import { refuseRehearsal } from '../../../lib/rehearsal.ts'
import { parseAccessToken } from '../../../tokens/access-token.ts'
import { parseHandle } from '../../../tokens/handle.ts'
import type { PageEnv } from '../../kit/visitor.ts'
import { requireAppPage } from '../app-page.ts'
import { type TryOutcome, tryResultPage } from './try-result.tsx'

const SECRET_BYTES = 32

export const tryPages = new Hono<PageEnv>()

/** Starts the app's own authorization, with every scope that it is registered for. */
tryPages.post('/developer/try/:client_id', async (c) => {
  const { app } = await requireAppPage(c, 'see')
  const secrets = { state: randomBase64Url(SECRET_BYTES), codeVerifier: randomBase64Url(SECRET_BYTES) }
  const { clientId } = app
  const { accountId } = c.get('caller')
  await beginTryRun(c.env, { clientId, accountId }, secrets, currentTime())
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: tryRedirectUri(c.get('config').issuer, clientId),
    scope: [...app.scopes, ...app.optionalScopes].join(' '),
    state: secrets.state,
    code_challenge: await sha256(secrets.codeVerifier),
    code_challenge_method: 'S256',
    prompt: 'consent',
  })
  return c.redirect(`/authorize?${request}`, 303)
})

/** Where the run comes back to. The code is redeemed, the grant revoked, and what came of it shown. */
tryPages.get('/developer/try/:client_id/callback', refuseRehearsal, async (c) => {
  const { app, frame } = await requireAppPage(c, 'see')
  const run = { clientId: app.clientId, accountId: c.get('caller').accountId }
  const secrets = await takeTryRun(c.env, run, currentTime())
  const outcome = secrets ? await finish(c, app, secrets) : ended()
  return tryResultPage(c, { ...frame, outcome })
})

function ended(): TryOutcome {
  return { ok: false, error: 'This run is over', description: 'Runs last 15 minutes, and each answer counts once.' }
}

async function finish(c: Context<PageEnv>, app: App, secrets: TryRunSecrets): Promise<TryOutcome> {
  const { state = '', code, error, error_description: description = '' } = c.req.query()
  if (!equalInConstantTime(state, secrets.state)) return ended()
  if (error !== undefined) return { ok: false, error, description }
  try {
    return describe(await redeemAndRevoke(c, app, code ?? '', secrets.codeVerifier))
  } catch (refusal) {
    if (!(refusal instanceof ProtocolError)) throw refusal
    return { ok: false, error: refusal.code, description: refusal.description }
  }
}

/** As the token endpoint would, but for client authentication: we are who asks, and no secret is kept in clear. */
async function redeemAndRevoke(
  c: Context<PageEnv>,
  app: App,
  code: string,
  codeVerifier: string,
): Promise<TokenAnswer> {
  const { accountId } = c.get('caller')
  const handle = parseHandle('authorizationCode', code)
  if (handle?.accountId !== accountId) throw new ProtocolError('invalid_grant', 'code_malformed')
  const context = await findPresent(c.env.DB, c.get('config'), app.clientId, handle, currentTime())
  if (!context) throw new ProtocolError('invalid_client', 'client_unknown')
  const redirectUri = tryRedirectUri(c.get('config').issuer, app.clientId)
  const origin = { address: '', userAgent: '' }
  const request = { handle, context, requestedScopes: undefined, requestedResource: undefined, origin }
  const command = await redeemCommand(request, { authorizationCode: code, redirectUri, codeVerifier })
  // The run comes back to an address of ours, which no app registers.
  const client = { ...command.client, redirectUris: [...command.client.redirectUris, redirectUri] }
  const answer = unwrap(await callLedger(c.env, accountId, async (ledger) => ledger.redeem({ ...command, client })))
  await callLedger(c.env, accountId, async (ledger) => ledger.revokeGrant(handle.grantId, accountId))
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
