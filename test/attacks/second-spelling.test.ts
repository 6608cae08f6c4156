import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { type ProtectedEnv, protectResource } from '../../src/resource-server/index.ts'
import { connect } from '../support/workers/connect.ts'
import { API, createWorld, ISSUER, introspectAsApi, transport } from '../support/workers/world.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same signature to every decoder: its last character has four bits that nobody reads. */
function withOtherUnusedBits(jwt: string): string {
  const last = ALPHABET.indexOf(jwt.at(-1) ?? '')
  return jwt.slice(0, -1) + ALPHABET.charAt(last ^ 1)
}

// Whoever keeps a list of revoked or seen tokens knows one spelling of each.
it('gives no second life to a token in another spelling, at an API or at introspection', async () => {
  const api = new Hono<ProtectedEnv>()
  const fetch = (url: string, init?: RequestInit) => transport(new Request(url, init))
  api.use(protectResource({ issuer: ISSUER, resource: API.identifier, fetch }))
  api.get('/', (c) => c.json({}))
  const call = async (token: string) =>
    (await api.request('/', { headers: { Authorization: `Bearer ${token}` } })).status
  const { browser, integration } = await createWorld()
  const { access_token: token } = await connect(browser, integration)
  expect(await call(token)).toBe(200) // control
  expect(await introspectAsApi(token)).toMatchObject({ active: true }) // control

  for (const spelling of [withOtherUnusedBits(token), `${token}==`, `${token}=`]) {
    expect(await call(spelling)).toBe(401)
    expect(await introspectAsApi(spelling)).toEqual({ active: false })
  }
})
