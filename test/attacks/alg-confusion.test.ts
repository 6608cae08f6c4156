import { beforeAll, describe, expect, it } from 'vitest'
import { connect, exchangeWith, obtainCode, refreshWith, requestToken } from '../support/workers/connect.ts'
import { resign, signedWithPublicKey, unsigned, withClaims } from '../support/workers/forge.ts'
import { createWorld, ISSUER, introspectAsApi, transport, type World } from '../support/workers/world.ts'

let world: World
let tokens: Awaited<ReturnType<typeof connect>>

beforeAll(async () => {
  world = await createWorld()
  tokens = await connect(world.browser, world.integration)
})

const callApi = async (token: string) =>
  (await transport(new Request(`${ISSUER}/api/v1/apps`, { headers: { Authorization: `Bearer ${token}` } }))).status

describe('a forged access token', () => {
  const forgeries: [string, (jwt: string) => string | Promise<string>][] = [
    ['without a signature', unsigned],
    ['signed with the public key as a secret', signedWithPublicKey],
    ['signed by another key under a known key id', (jwt) => resign(jwt)],
    ['signed by another key under an unknown key id', (jwt) => resign(jwt, {}, { kid: 'unknown' })],
    ['with the signature of other claims', (jwt) => withClaims(jwt, { scope: 'projects:write' })],
    ['that says RS256 of an ES256 key', (jwt) => resign(jwt, {}, { alg: 'ES256', typ: 'JWT' })],
  ]

  it.each(forgeries)('%s is inactive, refused by the API, and revokes nothing', async (_name, forge) => {
    const forged = await forge(tokens.access_token)
    expect(await introspectAsApi(forged)).toEqual({ active: false })
    expect(await callApi(forged)).toBe(401)
    await world.integration.revoke(forged)
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true }) // control
  })
})

it('takes no credential for another kind of credential', async () => {
  const { app } = world
  const obtained = await obtainCode(world.browser, world.integration)
  expect(await exchangeWith({ ...obtained, code: tokens.access_token }, app)).toMatchObject({ error: 'invalid_grant' })
  expect(await exchangeWith({ ...obtained, code: tokens.refresh_token }, app)).toMatchObject({ error: 'invalid_grant' })
  expect(await refreshWith(tokens.access_token, app)).toMatchObject({ error: 'invalid_grant' })
  expect(await refreshWith(obtained.code, app)).toMatchObject({ error: 'invalid_grant' })
  expect(await callApi(tokens.refresh_token)).toBe(401)
  expect(await requestToken({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, app)).toMatchObject({
    status: 200,
  }) // control
})
