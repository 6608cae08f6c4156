import { Hono } from 'hono'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ProtectedEnv, protectResource } from '../../src/resource-server/protect-resource.ts'
import { STATUS_LIST_MAX_AGE } from '../../src/resource-server/status-lists.ts'
import { encodeStatusList } from '../../src/revocation/status-list.ts'

const ISSUER = 'https://id.example'
const RESOURCE = 'https://api.example'
const LIST = `${ISSUER}/status-lists/0`
const NOW = 1_800_000_000
const REVOKED = 9

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let pair: Pair
let other: Pair
let jwk: JWK
beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true })
  other = await generateKeyPair('ES256')
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
})

let now: number
let invalid: number[]
let list: () => Promise<Response>
let fetched: string[]
let api: Hono<ProtectedEnv>
beforeEach(() => {
  now = NOW
  invalid = [REVOKED]
  list = async () => new Response(await signList())
  fetched = []
  api = new Hono<ProtectedEnv>()
  const options = { issuer: ISSUER, resource: RESOURCE, now: () => now, fetch: serve }
  api.get('/', protectResource({ ...options, revocation: 'status-list' }), (c) => c.text('in'))
  api.get('/offline', protectResource(options), (c) => c.text('in'))
})

async function serve(uri: string): Promise<Response> {
  fetched.push(uri)
  return uri.endsWith('jwks.json') ? Response.json({ keys: [jwk] }) : list()
}

interface Changes {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: CryptoKey
}

async function signList({ claims = {}, header = {}, key = pair.privateKey }: Changes = {}): Promise<string> {
  const status_list = { bits: 1, lst: await encodeStatusList(invalid) }
  return new SignJWT({ sub: LIST, iat: now, exp: now + 180, ttl: 60, status_list, ...claims })
    .setProtectedHeader({ typ: 'statuslist+jwt', alg: 'ES256', kid: 'key-1', ...header })
    .sign(key)
}

async function callWith(status: unknown, path = '/'): Promise<number> {
  const claims = { iss: ISSUER, aud: RESOURCE, sub: 'acc_x', client_id: 'app_x', jti: 't', iat: now, exp: now + 600 }
  const token = await new SignJWT({ ...claims, ...(status !== undefined && { status }) })
    .setProtectedHeader({ typ: 'at+jwt', alg: 'ES256', kid: 'key-1' })
    .sign(pair.privateKey)
  return (await api.request(path, { headers: { Authorization: `Bearer ${token}` } })).status
}

const at = (idx: unknown, uri = LIST) => ({ status_list: { idx, uri } })

it('lets a token through whose index is valid, and refuses one whose is not', async () => {
  expect(await callWith(at(REVOKED - 1))).toBe(200)
  expect(await callWith(at(REVOKED))).toBe(401)
  expect(await callWith(at(REVOKED + 1))).toBe(200)
  expect(fetched.filter((uri) => uri === LIST)).toHaveLength(1)
  expect(await callWith(at(REVOKED), '/offline')).toBe(200) // control: what offline promises
})

it('learns of a revocation when the list is a minute old', async () => {
  expect(await callWith(at(1))).toBe(200)
  invalid = [1]
  now += STATUS_LIST_MAX_AGE - 1
  expect(await callWith(at(1))).toBe(200)
  now += 1
  expect(await callWith(at(1))).toBe(401)
})

describe('a token is refused', () => {
  it.each<[string, unknown]>([
    ['that says nothing of a status', undefined],
    ['with an empty status', {}],
    ['with a status of another kind', { status_list: 'none' }],
    ['without an index', at(undefined)],
    ['with a negative index', at(-1)],
    ['with half an index', at(0.5)],
    ['with an index out of range', at(131_072)],
    ['whose list is at another issuer', at(0, 'https://evil.example/status-lists/0')],
    ['whose list is elsewhere at the issuer', at(0, `${ISSUER}/uploads/0`)],
    ['whose list is no number', at(0, `${ISSUER}/status-lists/../uploads/0`)],
  ])('%s', async (_name, status) => {
    expect(await callWith(status)).toBe(401)
    expect(await callWith(at(0))).toBe(200) // control
    expect(fetched.filter((uri) => uri !== LIST && !uri.endsWith('jwks.json'))).toEqual([])
  })
})

describe('a list counts for nothing', () => {
  it.each<[string, () => Changes]>([
    ['of another address', () => ({ claims: { sub: `${ISSUER}/status-lists/1` } })],
    ['past its end', () => ({ claims: { exp: now - 6 } })],
    ['without an end', () => ({ claims: { exp: undefined } })],
    ['signed by somebody else', () => ({ key: other.privateKey })],
    ['signed with an unknown key', () => ({ header: { kid: 'key-2' } })],
    ['that is an access token', () => ({ header: { typ: 'at+jwt' } })],
    ['without a list', () => ({ claims: { status_list: undefined } })],
    ['that is not compressed', () => ({ claims: { status_list: { bits: 1, lst: 'AAAA' } } })],
    ['with three bits a status', () => ({ claims: { status_list: { bits: 3, lst: 'AAAA' } } })],
  ])('%s', async (_name, changes) => {
    list = async () => new Response(await signList(changes()))
    expect(await callWith(at(0))).toBe(503)
  })

  it('that unpacks to more than a list can have', async () => {
    const bomb = new Blob([new Uint8Array(20_000_000)]).stream().pipeThrough(new CompressionStream('deflate'))
    const bytes = new Uint8Array(await new Response(bomb).arrayBuffer())
    const lst = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
    list = async () => new Response(await signList({ claims: { status_list: { bits: 1, lst } } }))
    expect(await callWith(at(0))).toBe(503)
  })
})

it('outlives an outage of the issuer until the list ends', async () => {
  expect(await callWith(at(0))).toBe(200)
  list = async () => new Response(null, { status: 500 })
  now = NOW + 179
  expect(await callWith(at(0))).toBe(200)
  now = NOW + 180
  expect(await callWith(at(0))).toBe(503)
})
