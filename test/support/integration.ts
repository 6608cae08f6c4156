import * as oauth from 'oauth4webapi'
import { Browser, type Fields, type Page, signIn, type Transport } from './browser.ts'

/** An app's backend as its developers would write it: oauth4webapi, which we did not write, over the given transport. */
export class Integration {
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly redirectUri: string
  private readonly auth: oauth.ClientAuth
  private readonly transport: Transport

  constructor(transport: Transport, server: oauth.AuthorizationServer, registration: Registration) {
    this.transport = transport
    this.server = server
    this.client = { client_id: registration.clientId }
    this.auth = registration.clientSecret ? oauth.ClientSecretBasic(registration.clientSecret) : oauth.None()
    this.redirectUri = registration.redirectUri
  }

  private get options() {
    return httpOptions(this.transport)
  }

  /** A new authorization request, with what is needed to finish it. */
  async begin(parameters: Record<string, string> = {}): Promise<Authorization> {
    const codeVerifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const url = new URL(this.server.authorization_endpoint ?? '')
    const query = {
      response_type: 'code',
      client_id: this.client.client_id,
      redirect_uri: this.redirectUri,
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      ...parameters,
    }
    for (const [name, value] of Object.entries(query)) if (value !== '') url.searchParams.set(name, value)
    return { path: url.pathname + url.search, codeVerifier, state }
  }

  /** Checks `state` and `iss`, and exchanges the code. Throws what oauth4webapi throws. */
  async finish(callback: string, { codeVerifier, state }: Authorization): Promise<oauth.TokenEndpointResponse> {
    const parameters = oauth.validateAuthResponse(this.server, this.client, new URL(callback), state)
    const response = await oauth.authorizationCodeGrantRequest(
      this.server,
      this.client,
      this.auth,
      parameters,
      this.redirectUri,
      codeVerifier,
      this.options,
    )
    return oauth.processAuthorizationCodeResponse(this.server, this.client, response)
  }

  async refresh(refreshToken: string, parameters: Record<string, string> = {}): Promise<oauth.TokenEndpointResponse> {
    const options = { ...this.options, additionalParameters: parameters }
    const response = await oauth.refreshTokenGrantRequest(this.server, this.client, this.auth, refreshToken, options)
    return oauth.processRefreshTokenResponse(this.server, this.client, response)
  }

  async introspect(token: string): Promise<oauth.IntrospectionResponse> {
    const response = await oauth.introspectionRequest(this.server, this.client, this.auth, token, this.options)
    return oauth.processIntrospectionResponse(this.server, this.client, response)
  }

  async revoke(token: string): Promise<void> {
    const response = await oauth.revocationRequest(this.server, this.client, this.auth, token, this.options)
    await oauth.processRevocationResponse(response)
  }
}

export interface Authorization {
  path: string
  codeVerifier: string
  state: string
}

export interface Registration {
  clientId: string
  clientSecret: string | null
  redirectUri: string
}

export async function discover(transport: Transport, issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...httpOptions(transport) })
  return oauth.processDiscoveryResponse(url, response)
}

/** http on localhost, and whatever carries the requests of this test. */
function httpOptions(transport: Transport) {
  return {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url: string, init: object) => transport(new Request(url, init)),
  }
}

/** Answers the consent page. Whatever is not said is chosen as a person in a hurry would: the first organization. */
export function answerConsent(browser: Browser, page: Page, fields: Fields = {}): Promise<Page> {
  const organization = /name="organization" value="([^"]+)"(?![^>]*disabled)/.exec(page.html)?.[1]
  return browser.submit(page, { ...(organization && { organization }), decision: 'allow', ...fields })
}

/** Sends a signed-in browser to the authorization endpoint and consents; answers where it was sent back to. */
export async function authorize(browser: Browser, path: string, fields: Fields = {}): Promise<string> {
  const page = await browser.get(path)
  const answered = page.location ? page : await answerConsent(browser, page, fields)
  if (!answered.location) throw new Error(`the authorization ended on a page with status ${answered.status}`)
  return answered.location
}

/** A new person in a new browser, signed in. */
export async function newPerson(transport: Transport, origin: string, email: string): Promise<Browser> {
  const browser = new Browser(transport, origin)
  const page = await signIn(browser, email)
  if (page.status !== 303) throw new Error(`signing in ended with status ${page.status}`)
  return browser
}

/** Registers an app through the dashboard API, by the session of a browser. */
export async function registerApp(
  browser: Browser,
  settings: Record<string, unknown>,
): Promise<Registration & { organizationId: string }> {
  const response = await browser.fetch('/api/v1/apps', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: browser.origin },
    body: JSON.stringify(settings),
  })
  if (response.status !== 201) throw new Error(`registering answered ${response.status}: ${await response.text()}`)
  const app: { client_id: string; client_secret?: string; redirect_uris: string[]; organization_id: string } =
    await response.json()
  return {
    clientId: app.client_id,
    clientSecret: app.client_secret ?? null,
    redirectUri: app.redirect_uris[0] ?? '',
    organizationId: app.organization_id,
  }
}
