import type { App } from '../../apps/app.ts'
import { isPublic } from '../../apps/settings.ts'

/** Ready to paste, for exactly this app. Secrets come from the environment and stand in no snippet. */
export interface QuickStart {
  openidClient: string
  curl: string
  authorizeUrl: string
}

export function quickStart(app: App, issuer: string): QuickStart {
  const redirectUri = app.redirectUris[0] ?? ''
  return {
    openidClient: openidClient(app, issuer, redirectUri),
    curl: curl(app, issuer, redirectUri),
    authorizeUrl: authorizeUrl(app, issuer, redirectUri),
  }
}

function openidClient(app: App, issuer: string, redirectUri: string): string {
  const credentials = isPublic(app)
    ? `'${app.clientId}', undefined, client.None()`
    : `'${app.clientId}', CLIENT_SECRET, undefined`
  const secret = isPublic(app)
    ? ''
    : "import { env } from 'node:process'\n\nconst { CLIENT_SECRET } = env // never in the code"
  // openid-client speaks https only, unless it is told otherwise.
  const options = issuer.startsWith('http:') ? ', { execute: [client.allowInsecureRequests] }' : ''
  return `import * as client from 'openid-client'
${secret}
const config = await client.discovery(new URL('${issuer}'), ${credentials}${options})
const redirect_uri = ${JSON.stringify(redirectUri)}
const scope = '${app.scopes.join(' ')}'

// Send the browser to url; keep verifier and state in its session.
export async function begin() {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const code_challenge = await client.calculatePKCECodeChallenge(verifier)
  const request = { redirect_uri, scope, state, code_challenge, code_challenge_method: 'S256' }
  return { url: client.buildAuthorizationUrl(config, request), verifier, state }
}

// When the browser is back: callbackUrl is the whole address that it came to.
export async function finish(callbackUrl, { verifier, state }) {
  const checks = { pkceCodeVerifier: verifier, expectedState: state }
  return client.authorizationCodeGrant(config, new URL(callbackUrl), checks)
}

export async function refresh(refreshToken) {
  return client.refreshTokenGrant(config, refreshToken)
}
`
}

function curl(app: App, issuer: string, redirectUri: string): string {
  const credentials = isPublic(app) ? `-d client_id=${app.clientId}` : `-u "${app.clientId}:$CLIENT_SECRET"`
  return `VERIFIER=$(openssl rand -hex 32)
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
echo "Open: ${authorizeUrl(app, issuer, redirectUri, '$CHALLENGE')}"
read -r -p "The code in the address you were sent to: " CODE
curl -s ${issuer}/token ${credentials} \\
  -d grant_type=authorization_code --data-urlencode "code=$CODE" -d "code_verifier=$VERIFIER" \\
  --data-urlencode ${shellQuote(`redirect_uri=${redirectUri}`)}
`
}

/** A redirect URI may hold an apostrophe: what somebody else registered must not end the string. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function authorizeUrl(
  { clientId, scopes }: App,
  issuer: string,
  redirectUri: string,
  challenge = 'CODE_CHALLENGE',
): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state: 'STATE',
    code_challenge_method: 'S256',
  })
  return `${issuer}/authorize?${parameters}&code_challenge=${challenge}`
}
