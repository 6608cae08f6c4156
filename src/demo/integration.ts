import * as oauth from 'oauth4webapi'
import { sendRecorded } from './exchange.ts'
import { DEMO_API_PATH, DEMO_CALLBACK_PATH, DEMO_CLIENT_ID, DEMO_SCOPES } from './registration.ts'
import { addStep, type Step, type Visit } from './visits.ts'

const CLIENT: oauth.Client = { client_id: DEMO_CLIENT_ID }
/** A public client: it holds no secret, and PKCE is what protects its codes. */
const AUTHENTICATION = oauth.None()

/** An integration like any other: all it knows of the server is its issuer identifier. */
export class DemoIntegration {
  private readonly issuer: string

  constructor(issuer: string) {
    this.issuer = issuer
  }

  /** Discovers the server and answers where to send the browser. */
  async begin(visit: Visit): Promise<string> {
    const step = addStep(visit, {
      title: 'Find the server and ask the person',
      explanation: 'From the issuer alone the app learns every address. Then it sends the browser to ask for access.',
    })
    const issuer = new URL(this.issuer)
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...recordingIn(step) })
    visit.server = await oauth.processDiscoveryResponse(issuer, response)
    visit.codeVerifier = oauth.generateRandomCodeVerifier()
    visit.state = oauth.generateRandomState()
    return this.authorizationUrl(visit.server, visit.codeVerifier, visit.state)
  }

  /** Checks the answer that the browser brought, and exchanges its code. */
  async finish(visit: Visit, callback: URL): Promise<void> {
    const step = addStep(visit, {
      title: 'Exchange the code',
      explanation: 'The browser brought a code. The app proves with its verifier that it asked, and gets tokens.',
    })
    const { server, codeVerifier = '', state = '' } = visit
    if (!server) throw new VisitLost()
    const parameters = oauth.validateAuthResponse(server, CLIENT, callback, state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      CLIENT,
      AUTHENTICATION,
      parameters,
      this.issuer + DEMO_CALLBACK_PATH,
      codeVerifier,
      recordingIn(step),
    )
    keepTokens(visit, await oauth.processAuthorizationCodeResponse(server, CLIENT, response))
    delete visit.codeVerifier
    delete visit.state
  }

  async callApi(visit: Visit, path: string, method: 'GET' | 'POST'): Promise<void> {
    const step = addStep(visit, {
      title: `Call the API: ${method} ${path}`,
      explanation: 'The API verifies the access token by itself, with the published keys.',
    })
    const headers = { Authorization: `Bearer ${visit.accessToken ?? ''}` }
    await sendRecorded(new Request(this.issuer + DEMO_API_PATH + path, { method, headers }), step.exchanges)
  }

  async refresh(visit: Visit): Promise<void> {
    const step = addStep(visit, {
      title: 'Refresh',
      explanation: 'Access tokens live ten minutes. A refresh token of a public client is replaced each time.',
    })
    if (!visit.server) throw new VisitLost()
    const response = await oauth.refreshTokenGrantRequest(
      visit.server,
      CLIENT,
      AUTHENTICATION,
      visit.refreshToken ?? '',
      recordingIn(step),
    )
    keepTokens(visit, await oauth.processRefreshTokenResponse(visit.server, CLIENT, response))
  }

  /** The tokens are kept, so that the visitor can see that they are worth nothing any more. */
  async revoke(visit: Visit): Promise<void> {
    const step = addStep(visit, {
      title: 'Revoke',
      explanation: 'The app gives its access back. Try to refresh now: nothing can be had with these tokens.',
    })
    if (!visit.server) throw new VisitLost()
    const token = visit.refreshToken ?? ''
    const response = await oauth.revocationRequest(visit.server, CLIENT, AUTHENTICATION, token, recordingIn(step))
    await oauth.processRevocationResponse(response)
  }

  private async authorizationUrl(server: oauth.AuthorizationServer, codeVerifier: string, state: string) {
    const url = new URL(server.authorization_endpoint ?? '')
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: DEMO_CLIENT_ID,
      redirect_uri: this.issuer + DEMO_CALLBACK_PATH,
      scope: DEMO_SCOPES.join(' '),
      resource: this.issuer + DEMO_API_PATH,
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
    }).toString()
    return url.href
  }
}

/** The server was restarted, or this browser never began. */
export class VisitLost extends Error {
  override readonly name = 'VisitLost'
}

function keepTokens(visit: Visit, tokens: oauth.TokenEndpointResponse): void {
  visit.accessToken = tokens.access_token
  if (tokens.refresh_token) visit.refreshToken = tokens.refresh_token
}

/** http, because this runs on localhost only; every request goes into the step. */
function recordingIn(step: Step) {
  return {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url: string, init: object) => sendRecorded(new Request(url, init), step.exchanges),
  }
}
