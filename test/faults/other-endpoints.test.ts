import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { connect, exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { faults } from '../support/workers/faults.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import {
  API,
  basic,
  createWorld,
  ISSUER,
  introspectAsApi,
  postForm,
  transport,
  type World,
} from '../support/workers/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterEach(() => faults.end())

function get(path: string): Promise<Response> {
  return transport(new Request(ISSUER + path))
}

function introspect(token: string): Promise<Response> {
  return postForm('/introspect', { token }, basic(API.id, API.secret))
}

function revoke({ app }: World, token: string): Promise<Response> {
  return postForm('/revoke', { token }, basic(app.clientId, app.clientSecret ?? ''))
}

it('makes its first key only when everybody can find it', async () => {
  const { browser, integration, app } = world
  const obtained = await obtainCode(browser, integration)

  faults.inject({ store: 'D1', place: 'Authority' })
  expect(await exchangeWith(obtained, app)).toMatchObject({ status: 503, error: 'temporarily_unavailable' })
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  const tokens = await exchangeWith(obtained, app)
  expect(tokens.status).toBe(200)
  const { keys } = await (await get('/.well-known/jwks.json')).json<{ keys: unknown[] }>()
  expect(keys).toHaveLength(2) // and its standby
})

it.each(['D1', 'GrantLedger'] as const)('says nothing about a token that it cannot ask %s for', async (store) => {
  const { access_token: accessToken } = await connect(world.browser, world.integration)

  faults.inject({ store })
  const response = await introspect(accessToken)
  expect(response.status).toBe(503)
  expect(response.headers.get('Retry-After')).toBe('5')
  expect(await response.json()).not.toHaveProperty('active')
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  expect(await introspectAsApi(accessToken)).toMatchObject({ active: true })
})

it('never says revoked when the ledger failed', async () => {
  const store = 'GrantLedger'
  const tokens = await connect(world.browser, world.integration)

  faults.inject({ store })
  for (const token of [tokens.refresh_token, tokens.access_token]) {
    const response = await revoke(world, token)
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('5')
  }
  expect(takeConsoleErrors()).toHaveLength(2)
  faults.end()

  expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 200 }) // control: it lived on
  expect((await revoke(world, tokens.refresh_token)).status).toBe(200)
  expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
})

it.each(['KV', 'D1'] as const)('revokes and introspects without %s', async (store) => {
  const tokens = await connect(world.browser, world.integration)
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  faults.inject({ store })
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  expect((await revoke(world, tokens.refresh_token)).status).toBe(200)
  expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
})

it('revokes a refresh token without an authority', async () => {
  const tokens = await connect(world.browser, world.integration)
  faults.inject({ store: 'Authority' })
  expect((await revoke(world, tokens.refresh_token)).status).toBe(200)
  faults.end()
  expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
})

it('revokes an access token without D1, which keeps its grant', async () => {
  const tokens = await connect(world.browser, world.integration)
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  faults.inject({ store: 'D1' })
  expect((await revoke(world, tokens.access_token)).status).toBe(200)
  faults.end()
  expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
  expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 200 }) // control: it alone ended
})

it('answers the dashboard API with a problem while D1 fails, and registers nothing', async () => {
  const { browser } = world
  const register = () =>
    browser.fetch('/api/v1/apps', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: browser.origin },
      body: JSON.stringify({ client_name: 'Kept out', redirect_uris: ['https://kept.example/cb'] }),
    })
  const countApps = () =>
    env.DB.prepare("SELECT count(*) AS n FROM apps WHERE client_name = 'Kept out'").first<number>('n')

  faults.inject({ store: 'D1' })
  const refused = await register()
  expect(refused.status).toBe(503)
  expect(refused.headers.get('Retry-After')).toBe('5')
  expect(refused.headers.get('Content-Type')).toBe('application/problem+json')
  expect(await refused.text()).not.toContain('injected')
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  expect(await countApps()).toBe(0)
  expect((await register()).status).toBe(201)
  expect(await countApps()).toBe(1)
})

it.each(['D1', 'OneTime'] as const)('says try again when a sign-in cannot reach %s', async (store) => {
  const { browser } = world
  const emailForm = await browser.get('/sign-in?switch=1')

  faults.inject({ store })
  expect(await browser.submit(emailForm, { email: 'waits@example.com' })).toMatchObject({ status: 503 })
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  expect(await browser.submit(emailForm, { email: 'waits@example.com' })).toMatchObject({ status: 303 })
})

it('serves its metadata from memory, and says when the keys cannot be read', async () => {
  faults.inject({ store: 'D1' })
  expect((await get('/.well-known/oauth-authorization-server')).status).toBe(200)
  // The second in which an isolate keeps the key set passes.
  await expect.poll(async () => (await get('/.well-known/jwks.json')).status, { timeout: 3000 }).toBe(503)
  takeConsoleErrors()
  faults.end()
  expect((await get('/.well-known/jwks.json')).status).toBe(200)
})
