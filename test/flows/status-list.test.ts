import { env, exports } from 'cloudflare:workers'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromBase64Url } from '../../src/lib/encoding.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { createWorld, ISSUER, introspectAsApi, type World } from '../support/workers/world.ts'

interface Reference {
  idx: number
  uri: string
}

let world: World
beforeAll(async () => {
  world = await createWorld()
})

const get = (uri: string) => exports.default.fetch(new Request(uri))

function referenceOf(accessToken = ''): Reference {
  return decodeJwt<{ status: { status_list: Reference } }>(accessToken).status.status_list
}

/** As a verifier reads it that we did not write: jose and the platform's inflate. */
async function statusOf({ idx, uri }: Reference): Promise<number> {
  const keys = createLocalJWKSet(await (await get(`${ISSUER}/.well-known/jwks.json`)).json<JSONWebKeySet>())
  const options = { subject: uri, typ: 'statuslist+jwt', requiredClaims: ['iat', 'exp'] }
  const { payload } = await jwtVerify<{ status_list: { bits: number; lst: string } }>(
    new TextDecoder().decode(await (await get(uri)).arrayBuffer()),
    keys,
    options,
  )
  expect(payload.status_list.bits).toBe(1)
  const compressed = new Blob([fromBase64Url(payload.status_list.lst)]).stream()
  const inflated = compressed.pipeThrough(new DecompressionStream('deflate'))
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer())
  expect(bytes).toHaveLength(131_072 / 8)
  return ((bytes[idx >> 3] ?? 0) >> (idx & 7)) & 1
}

const becomesInvalid = (reference: Reference) =>
  expect.poll(() => statusOf(reference), { timeout: 10_000, interval: 300 }).toBe(1)

describe('the status list of an access token', () => {
  it('is signed, compressed, open to browsers, and cacheable for a minute', async () => {
    const { access_token: accessToken } = await connect(world.browser, world.integration)
    const { uri } = referenceOf(accessToken)
    expect(uri).toBe(`${ISSUER}/status-lists/0`)
    const response = await get(uri)
    expect(response.headers.get('Content-Type')).toBe('application/statuslist+jwt')
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=60')
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    const { iat = 0, exp = 0, ttl } = decodeJwt(new TextDecoder().decode(await response.arrayBuffer()))
    expect([exp - iat, ttl]).toEqual([180, 60])
    expect(await statusOf(referenceOf(accessToken))).toBe(0)
  })

  it.each(['1', '999999', '00', '-1', 'x', ''])('is not there under %j', async (list) => {
    expect((await get(`${ISSUER}/status-lists/${list}`)).status).toBe(404)
  })

  it('answers 405 to anything but reading', async () => {
    expect((await exports.default.fetch(`${ISSUER}/status-lists/0`, { method: 'POST' })).status).toBe(405)
  })
})

describe('an index becomes invalid', () => {
  it('when the grant is revoked, and no other grant notices', async () => {
    const ended = await connect(world.browser, world.integration)
    const other = await connect(world.browser, world.integration, { prompt: 'consent' })
    await world.integration.revoke(ended.refresh_token)
    await becomesInvalid(referenceOf(ended.access_token))
    expect(await statusOf(referenceOf(other.access_token))).toBe(0)
  })

  it('when a grant is narrowed, and the next refresh has another', async () => {
    const scope = { scope: 'profile:read projects:read projects:write' }
    const tokens = await connect(world.browser, world.integration, scope, { scope: 'projects:write' })
    const { grant_id: grantId } = decodeJwt<{ grant_id: string }>(tokens.access_token)
    const narrowed = await world.browser.fetch(`/api/v1/grants/${grantId}`, {
      method: 'PATCH',
      headers: { Origin: ISSUER, 'Content-Type': 'application/json' },
      body: JSON.stringify({ scopes: ['profile:read', 'projects:read'] }),
    })
    expect(narrowed.status).toBe(200)
    await becomesInvalid(referenceOf(tokens.access_token))
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(referenceOf(refreshed.access_token).idx).not.toBe(referenceOf(tokens.access_token).idx)
    expect(await statusOf(referenceOf(refreshed.access_token))).toBe(0)
  })

  it('when one access token is revoked: its siblings follow, the grant lives', async () => {
    const tokens = await connect(world.browser, world.integration, { prompt: 'consent' })
    await world.integration.revoke(tokens.access_token)
    await becomesInvalid(referenceOf(tokens.access_token))
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(await statusOf(referenceOf(refreshed.access_token))).toBe(0)
    expect(await introspectAsApi(refreshed.access_token ?? '')).toMatchObject({ active: true })
  })

  it('never again is given to another grant', async () => {
    const first = referenceOf((await connect(world.browser, world.integration, { prompt: 'consent' })).access_token)
    await env.DB.prepare('DELETE FROM token_statuses WHERE id = ?').bind(first.idx).run()
    const next = referenceOf((await connect(world.browser, world.integration, { prompt: 'consent' })).access_token)
    expect(next.idx).toBeGreaterThan(first.idx)
  })
})
