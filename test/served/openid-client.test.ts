import * as client from 'openid-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authorize, newPerson, type Registration, registerApp } from '../support/integration.ts'
import { DEMO_RESOURCE } from '../support/seed.ts'
import { type Server, startWranglerDev } from '../support/server.ts'

const transport = (request: Request) => fetch(request)
const REDIRECT_URI = 'https://app.example/callback'

let server: Server
beforeAll(async () => {
  server = await startWranglerDev()
})
afterAll(() => server.stop())

function configure({ clientId, clientSecret }: Registration): Promise<client.Configuration> {
  const authentication = clientSecret ? client.ClientSecretBasic(clientSecret) : client.None()
  return client.discovery(new URL(server.origin), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  })
}

it.each(['client_secret_basic', 'none'])('openid-client runs the whole flow: %s', async (method) => {
  const browser = await newPerson(transport, server.origin, `${method}@example.com`)
  const app = await registerApp(browser, {
    client_name: `openid-client by ${method}`,
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: method,
    grant_types: ['authorization_code', 'refresh_token'],
    scopes: ['projects:read', 'profile:read'],
  })
  const config = await configure(app)
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: 'projects:read profile:read',
    resource: `${server.origin}${DEMO_RESOURCE.path}`,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  })

  const callback = await authorize(browser, url.pathname + url.search)
  const tokens = await client.authorizationCodeGrant(config, new URL(callback), { pkceCodeVerifier, expectedState })
  expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'profile:read projects:read' })

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.refresh_token === tokens.refresh_token).toBe(method !== 'none')
  if (method !== 'none') {
    expect(await client.tokenIntrospection(config, refreshed.access_token)).toMatchObject({ active: true })
  }

  await client.tokenRevocation(config, refreshed.refresh_token ?? '')
  await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})
