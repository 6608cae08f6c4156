import { afterAll, beforeAll, expect, it } from 'vitest'
import { authorize, discover, Integration, newPerson, registerApp } from '../support/integration.ts'
import { DEMO_RESOURCE } from '../support/seed.ts'
import { type Server, startWranglerDev } from '../support/server.ts'

const transport = (request: Request) => fetch(request)

let server: Server
beforeAll(async () => {
  server = await startWranglerDev()
})
afterAll(() => server.stop())

it.each(['client_secret_basic', 'none'])('oauth4webapi runs the whole flow: %s', async (method) => {
  const { origin } = server
  const browser = await newPerson(transport, origin, `${method}@example.com`)
  const app = await registerApp(browser, {
    client_name: `oauth4webapi by ${method}`,
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: method,
    grant_types: ['authorization_code', 'refresh_token'],
    scopes: ['projects:read', 'profile:read'],
  })
  const integration = new Integration(transport, await discover(transport, origin), {
    ...app,
    redirectUri: 'http://127.0.0.1:49152/callback',
  })

  const authorization = await integration.begin({ resource: `${origin}${DEMO_RESOURCE.path}` })
  const tokens = await integration.finish(await authorize(browser, authorization.path), authorization)
  expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'profile:read projects:read' })

  const refreshed = await integration.refresh(tokens.refresh_token ?? '', { scope: 'profile:read' })
  expect(refreshed.scope).toBe('profile:read')

  await integration.revoke(refreshed.refresh_token ?? '')
  await expect(integration.refresh(refreshed.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
})
