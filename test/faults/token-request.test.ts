import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/lib/storage.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { faults } from '../support/workers/faults.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { advance } from '../support/workers/time.ts'
import {
  basic,
  createWorld,
  introspectAsApi,
  PUBLIC_SETTINGS,
  postForm,
  SETTINGS,
  type World,
} from '../support/workers/world.ts'

const NEEDED: Store[] = ['GrantLedger', 'Authority']
const UNAVAILABLE = { status: 503, error: 'temporarily_unavailable' }

afterEach(() => faults.end())

describe.each([
  ['a public client', PUBLIC_SETTINGS],
  ['a confidential client', SETTINGS],
])('the token requests of %s', (_name, settings) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld(settings)
  })

  it.each(NEEDED)('keep the code when %s fails', async (store) => {
    const { browser, integration, app } = world
    const obtained = await obtainCode(browser, integration)

    faults.inject({ store })
    expect(await exchangeWith(obtained, app)).toMatchObject(UNAVAILABLE)
    expect(await exchangeWith(obtained, app)).toMatchObject(UNAVAILABLE)
    expect(takeConsoleErrors()).toHaveLength(2)
    faults.end()

    const tokens = await exchangeWith(obtained, app)
    expect(tokens.status).toBe(200)
    expect(await introspectAsApi(tokens.access_token ?? '')).toMatchObject({ active: true })
  })

  it.each(NEEDED)('keep the refresh token when %s fails', async (store) => {
    const { browser, integration, app } = world
    const first = await exchangeWith(await obtainCode(browser, integration), app)

    faults.inject({ store })
    expect(await refreshWith(first.refresh_token ?? '', app)).toMatchObject(UNAVAILABLE)
    expect(takeConsoleErrors()).toHaveLength(1)
    faults.end()

    const second = await refreshWith(first.refresh_token ?? '', app)
    expect(second.status).toBe(200)
    expect(await refreshWith(second.refresh_token ?? '', app)).toMatchObject({ status: 200 })
    expect(await introspectAsApi(second.access_token ?? '')).toMatchObject({ active: true })
  })

  it.each(NEEDED)('say when to come back when %s fails, and nothing of the inside', async (store) => {
    const { browser, integration, app } = world
    const { code, authorization } = await obtainCode(browser, integration)
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: app.redirectUri,
      code_verifier: authorization.codeVerifier,
    }
    faults.inject({ store })
    const response = app.clientSecret
      ? await postForm('/token', fields, basic(app.clientId, app.clientSecret))
      : await postForm('/token', { ...fields, client_id: app.clientId })
    takeConsoleErrors()

    expect(Object.fromEntries(response.headers)).toMatchObject({ 'retry-after': '5', 'cache-control': 'no-store' })
    const text = await response.text()
    expect(text).not.toMatch(/injected|D1|Ledger|Keys/)
    expect(text).not.toContain(code)
  })

  it('do not need KV', async () => {
    const { browser, integration, app } = world
    const obtained = await obtainCode(browser, integration)

    faults.inject({ store: 'KV' })
    const tokens = await exchangeWith(obtained, app)
    expect(tokens.status).toBe(200)
    expect(await refreshWith(tokens.refresh_token ?? '', app)).toMatchObject({ status: 200 })
    expect(await introspectAsApi(tokens.access_token ?? '')).toMatchObject({ active: true })
  })
})

it('gives the same successor again when the answer to a refresh was lost', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const first = await exchangeWith(await obtainCode(browser, integration), app)

  faults.inject({ store: 'GrantLedger', manner: 'lose_answer' })
  expect(await refreshWith(first.refresh_token ?? '', app)).toMatchObject(UNAVAILABLE)
  takeConsoleErrors()
  faults.end()

  const repeated = await refreshWith(first.refresh_token ?? '', app)
  expect(repeated.status).toBe(200)
  expect(repeated.refresh_token).not.toBe(first.refresh_token) // control: it was rotated
  expect(await refreshWith(repeated.refresh_token ?? '', app)).toMatchObject({ status: 200 })
})

it('throws a signature away that arrived for nobody, and commits nothing', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const obtained = await obtainCode(browser, integration)

  faults.inject({ store: 'Authority', manner: 'lose_answer' })
  expect(await exchangeWith(obtained, app)).toMatchObject(UNAVAILABLE)
  takeConsoleErrors()
  faults.end()

  expect(await exchangeWith(obtained, app)).toMatchObject({ status: 200 })
})

describe('while D1 does not answer', () => {
  it('tokens are issued on what is known for a minute, and 503 after that loses nothing', async () => {
    const { browser, integration, app } = await createWorld(SETTINGS)
    const tokens = await connect(browser, integration)
    const refreshToken = tokens.refresh_token
    const lastAnswer = await refreshWith(refreshToken, app)
    expect(lastAnswer.status).toBe(200) // control

    faults.inject({ store: 'D1' })
    advance(50)
    expect(await refreshWith(refreshToken, app)).toMatchObject({ status: 200 })
    advance(15)
    expect(await refreshWith(refreshToken, app)).toMatchObject(UNAVAILABLE)
    expect(await refreshWith(refreshToken, app)).toMatchObject(UNAVAILABLE)
    takeConsoleErrors()

    faults.end()
    expect(await refreshWith(refreshToken, app)).toMatchObject({ status: 200 })
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  })

  it('a decision from before holds, and what nobody has asked about is not guessed', async () => {
    const { browser, integration, app } = await createWorld(SETTINGS)
    const tokens = await connect(browser, integration)
    const unknown = await createWorld(SETTINGS)
    const obtained = await obtainCode(unknown.browser, unknown.integration)
    await changeByHand('UPDATE apps SET suspended_at = 1 WHERE client_id = ?', app.clientId)

    faults.inject({ store: 'D1' })
    expect((await refreshWith(tokens.refresh_token, app)).status).toBe(503)
    expect(await exchangeWith(obtained, unknown.app)).toMatchObject(UNAVAILABLE)
    takeConsoleErrors()
    faults.end()

    expect(await refreshWith(tokens.refresh_token, app)).toMatchObject({ status: 400, error: 'unauthorized_client' })
    expect(await exchangeWith(obtained, unknown.app)).toMatchObject({ status: 200 })
  })
})
