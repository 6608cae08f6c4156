import { env, runInDurableObject } from 'cloudflare:test'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { authorityStub } from '../../src/authority/authority-stub.ts'
import { KEY_SET_MAX_AGE, type ProtectedEnv, protectResource } from '../../src/resource-server/index.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { readToken } from '../support/workers/forge.ts'
import { API, createWorld, ISSUER, transport } from '../support/workers/world.ts'

const stub = authorityStub(env, 'weur')
const fetchKeys = () => transport(new Request(`${ISSUER}/.well-known/jwks.json`))
const kidsOf = async (response: Response) =>
  (await response.json<{ keys: { kid: string }[] }>()).keys.map(({ kid }) => kid)

// One story: this file's storage begins as a deployment does.
it('keeps an API working that started before the first token, and when the first key is withdrawn at once', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, fetchKeys))
  const sets = await Promise.all(answers.map(kidsOf))
  expect(sets[0]).toHaveLength(2)
  for (const set of sets) expect(set).toEqual(sets[0])
  const stored = await runInDurableObject(stub, (_keys, state) =>
    state.storage.sql.exec<{ kid: string; state: string }>('SELECT kid, state FROM keys ORDER BY rowid').toArray(),
  )
  expect(stored.map(({ state }) => state)).toEqual(['signing', 'standby'])

  const { browser, integration, app } = await createWorld()
  const tokens = await connect(browser, integration)
  let ahead = 0
  let fetches = 0
  const api = new Hono<ProtectedEnv>()
  const fetch = (url: string, init?: RequestInit) => {
    fetches++
    return transport(new Request(url, init))
  }
  const now = () => Math.floor(Date.now() / 1000) + ahead
  api.use(protectResource({ issuer: ISSUER, resource: API.identifier, now, fetch }))
  api.get('/', (c) => c.json({}))
  const call = async (token = '') => (await api.request('/', { headers: { Authorization: `Bearer ${token}` } })).status
  expect(await call(tokens.access_token)).toBe(200) // control
  const { kid } = readToken(tokens.access_token).header
  expect(kid).toBe(stored[0]?.kid)

  await stub.withdrawKey('weur', 'ES256', kid ?? '')

  const next = await refreshWith(tokens.refresh_token, app)
  expect(readToken(next.access_token ?? '').header.kid).toBe(stored[1]?.kid)
  expect(await call(next.access_token)).toBe(200)
  expect(fetches).toBe(1) // it knew the standby
  await expect.poll(async () => kidsOf(await fetchKeys()), { timeout: 3000 }).not.toContain(kid)
  ahead = KEY_SET_MAX_AGE
  expect(await call(tokens.access_token)).toBe(401)
  expect(await call(next.access_token)).toBe(200)
})
