import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { newClientSecret } from '../../src/apps/client-secret.ts'
import { newIntrospectionSecret } from '../../src/catalog/introspection-secret.ts'
import { readConfig } from '../../src/env.ts'
import { crc32 } from '../../src/lib/encoding.ts'
import { randomBase64Url } from '../../src/lib/random.ts'
import type { AccessTokenClaims } from '../../src/tokens/access-token.ts'
import { formatGrantCredential, parseGrantCredential } from '../../src/tokens/grant-credential.ts'
import { newTokenId } from '../../src/tokens/token-id.ts'
import { Tool } from '../support/workers/api-token.ts'
import { connect, obtainCode } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import { countStores, MeteredWorker } from '../support/workers/metered.ts'
import { signForged } from '../support/workers/sign.ts'
import { API, basic, createWorld, introspectAsApi, PUBLIC_SETTINGS, type World } from '../support/workers/world.ts'

const config = readConfig(env)
/** Another deployment, with secrets of its own. */
const elsewhere = { issuer: config.issuer, credentialSecrets: ['a-credential-secret-of-somebody-else-entirely'] }
const NOTHING = { D1: 0, KV: 0, objects: [] }
/** An authority is asked who asks, and nothing else is. */
const ASKED = { D1: 0, KV: 0, objects: ['Authority.read'] }

const worker = new MeteredWorker()
let confidential: World
let open: World
let code: string
let tokens: { access_token: string; refresh_token: string }
let openTokens: { access_token: string; refresh_token: string }
beforeAll(async () => {
  confidential = await createWorld()
  open = await createWorld(PUBLIC_SETTINGS)
  tokens = await connect(confidential.browser, confidential.integration)
  openTokens = await connect(open.browser, open.integration)
  code = (await obtainCode(open.browser, open.integration, { prompt: 'consent' })).code
})

/** The right length, prefix, body and checksum; a seal that only luck could make right. */
function withForgedSeal(credential: string): string {
  const forged = credential.slice(0, -22) + randomBase64Url(12)
  return forged + crc32(forged)
}

/** Sealed by us for its owner, and in no store: a deleted secret looks like this. */
const deadSecret = () => newClientSecret(config, confidential.app.clientId)

describe('a secret that we did not seal for whoever presents it', () => {
  const secrets: [string, () => Promise<string> | string][] = [
    ['made up', () => 'a-secret'],
    ['made up in our spelling', () => withForgedSeal(confidential.app.clientSecret ?? '')],
    ['of another app', () => newClientSecret(config, open.app.clientId)],
    ['of an app, for an introspection secret', () => newIntrospectionSecret(config, confidential.app.clientId)],
    ['of another deployment', () => newClientSecret(elsewhere, confidential.app.clientId)],
  ]

  it.each(secrets)('%s, is refused like a wrong one and costs no storage', async (_name, make) => {
    const { clientId } = confidential.app
    const secret = await make()
    const requests: [string, Record<string, string>][] = [
      ['/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }],
      ['/token', { grant_type: 'authorization_code', code }],
      ['/token', {}],
      ['/revoke', { token: tokens.refresh_token }],
      ['/introspect', { token: tokens.access_token }],
    ]
    for (const [path, fields] of requests) {
      const isIntrospectionSecret = path === '/introspect' && secret.startsWith('pst_resource_')
      const { response, operations } = await worker.post(path, fields, basic(clientId, secret))
      const asked = { ...NOTHING, objects: ['Authority.read', 'GrantLedger.inspectAccessToken'] }
      expect(countStores(operations)).toEqual(isIntrospectionSecret ? asked : NOTHING)
      const wrong = await worker.post(path, fields, basic(clientId, await deadSecret()))
      expect(countStores(wrong.operations).objects).not.toEqual([]) // control: this one has to be looked up
      expect(await described(response)).toEqual(await described(wrong.response))
      expect(response.status).toBe(401)
    }
    const { response } = await worker.post(
      '/revoke',
      { token: 'x' },
      basic(clientId, confidential.app.clientSecret ?? ''),
    )
    expect(response.status).toBe(200) // control: the real one
  })

  it('burns no code and revokes nothing that it names', async () => {
    const stranger = basic(confidential.app.clientId, withForgedSeal(confidential.app.clientSecret ?? ''))
    await worker.post('/revoke', { token: tokens.refresh_token }, stranger)
    await worker.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, stranger)
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  })
})

describe('an introspection secret that we did not seal for that resource', () => {
  it.each<[string, () => Promise<string> | string]>([
    ['made up', () => 'a-secret'],
    ['made up in our spelling', () => withForgedSeal(API.secret)],
    ['of another resource', () => newIntrospectionSecret(config, 'resource_other')],
    ['of an app', () => newClientSecret(config, 'app_x')],
    ['of another deployment', () => newIntrospectionSecret(elsewhere, API.id)],
  ])('%s, is refused like a wrong one and costs no storage', async (_name, make) => {
    const secret = await make()
    const dead = await newIntrospectionSecret(config, API.id)
    const ask = (by: string) => worker.post('/introspect', { token: tokens.access_token }, basic(API.id, by))
    const asked = await ask(secret)
    expect(countStores(asked.operations)).toEqual(NOTHING)
    const wrong = await ask(dead)
    expect(countStores(wrong.operations).objects).toContain('Authority.read') // control
    expect(await described(asked.response)).toEqual(await described(wrong.response))
    expect((await ask(API.secret)).response.status).toBe(200) // control

    const reported = await report(secret)
    expect(countStores(reported.operations)).toEqual(NOTHING)
    const wrongReport = await report(dead)
    expect(countStores(wrongReport.operations).D1).toBe(1) // control
    expect(await described(reported.response)).toEqual(await described(wrongReport.response))
    expect((await report(API.secret)).response.status).toBe(204) // control
  })

  it('is not asked for when there is none: a public client learns nothing, at no cost', async () => {
    for (const clientId of [open.app.clientId, confidential.app.clientId, 'app_unknown']) {
      const { response, operations } = await worker.post('/introspect', { token: 'x', client_id: clientId })
      expect(response.status).toBe(401)
      expect(countStores(operations)).toEqual(NOTHING)
    }
  })
})

describe('a code or refresh token that we did not seal', () => {
  it('reaches no ledger, names no account, and is looked up once a minute for the sake of its client', async () => {
    const forged: Record<string, string>[] = [
      { grant_type: 'authorization_code', code: withForgedSeal(code) },
      { grant_type: 'refresh_token', refresh_token: withForgedSeal(openTokens.refresh_token) },
      { grant_type: 'refresh_token', refresh_token: await sealedElsewhere(openTokens.refresh_token) },
    ]
    const client_id = open.app.clientId
    await worker.post('/revoke', { token: 'x', client_id })
    for (const fields of forged) {
      const { response, operations } = await worker.post('/token', { ...fields, client_id })
      expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
      // What is left is the count for the developer, behind the answer and once a second.
      expect(readsOf(operations)).toEqual({ reads: 0, objects: [] })
      const token = fields.code ?? fields.refresh_token ?? ''
      const revoked = await worker.post('/revoke', { token, client_id })
      expect(revoked.response.status).toBe(200)
      expect(countStores(revoked.operations)).toEqual(NOTHING)
    }
    const real = { grant_type: 'refresh_token', refresh_token: openTokens.refresh_token, client_id }
    const { response, operations } = await worker.post('/token', real) // control
    expect(response.status).toBe(200)
    expect(countStores(operations)).toMatchObject({ objects: ['GrantLedger.refresh'] })
  })

  it('reaches no ledger either when a real client presents it', async () => {
    const { clientId, clientSecret } = confidential.app
    const credentials = basic(clientId, clientSecret ?? '')
    const forged = withForgedSeal(tokens.refresh_token)
    const exchanged = await worker.post('/token', { grant_type: 'refresh_token', refresh_token: forged }, credentials)
    expect(await exchanged.response.json()).toMatchObject({ error: 'invalid_grant' })
    expect(countStores(exchanged.operations).objects).toEqual(['Authority.read'])
    const introspected = await worker.post('/introspect', { token: forged }, credentials)
    expect(await introspected.response.json()).toEqual({ active: false })
    expect(countStores(introspected.operations)).toEqual(ASKED)
  })

  it('still tells an unknown client, a deleted app and a confidential one who they are', async () => {
    const forged = { grant_type: 'refresh_token', refresh_token: withForgedSeal(openTokens.refresh_token) }
    for (const client_id of ['app_unknown', confidential.app.clientId]) {
      for (const _again of [1, 2]) {
        const { response } = await worker.post('/token', { ...forged, client_id })
        expect(response.status).toBe(401)
        expect(await response.json()).toMatchObject({ error: 'invalid_client' })
      }
    }
  })
})

describe('an access token whose id we did not make', () => {
  /** Everything else is right, the signature included. */
  async function signed(accessToken: string, changes: Partial<AccessTokenClaims>): Promise<string> {
    const claims = readToken(accessToken).claims as unknown as AccessTokenClaims
    return signForged({ ...claims, ...changes })
  }
  const ids: [string, (real: string) => Promise<string> | string][] = [
    ['a number of its own', () => crypto.randomUUID()],
    ['an id of another deployment', () => newTokenId(elsewhere, { accountId: ACCOUNT, grantId: GRANT })],
    ['one changed character', (real) => (real.startsWith('A') ? 'B' : 'A') + real.slice(1)],
    ['nothing', () => ''],
  ]

  it.each(ids)('%s, is inactive everywhere, and nothing is asked about it', async (_name, make) => {
    const real = await signed(tokens.access_token, {})
    expect(await introspectAsApi(real)).toMatchObject({ active: true }) // control: what signed it is our key
    const jwt = await signed(tokens.access_token, { jti: await make(String(readToken(real).claims.jti)) })

    const introspected = await worker.post('/introspect', { token: jwt }, basic(API.id, API.secret))
    expect(await introspected.response.json()).toEqual({ active: false })
    expect(countStores(introspected.operations)).toEqual(ASKED)
    const { clientId, clientSecret } = confidential.app
    const revoked = await worker.post('/revoke', { token: jwt }, basic(clientId, clientSecret ?? ''))
    expect(revoked.response.status).toBe(200)
    expect(countStores(revoked.operations).objects).toEqual(['Authority.read'])
    const called = await worker.send('/api/v1/apps', { headers: { Authorization: `Bearer ${jwt}` } })
    expect(called.response.status).toBe(401)
    expect(countStores(called.operations)).toEqual(NOTHING)
    expect(await introspectAsApi(real)).toMatchObject({ active: true })
  })

  it('leads nowhere by its sub or grant_id: the id alone says whose ledger is asked', async () => {
    const renamed = await signed(tokens.access_token, { sub: 'employee-1', grant_id: 'contract-1' })
    expect(await introspectAsApi(renamed)).toMatchObject({ active: true, sub: 'employee-1' })
    const person = await Developer.signIn()
    const organizationId = await person.join('admin')
    const tool = await Tool.connect(person, { scopes: ['apps:read'], organizations: [organizationId] })
    const called = await tool.callWith(await signed(tool.accessToken, { sub: 'employee-2' }), 'GET', '/api/v1/apps')
    expect(called.status).toBe(200)

    const { clientId, clientSecret } = confidential.app
    const { access_token } = await connect(confidential.browser, confidential.integration)
    const alias = await signed(access_token, { sub: 'employee-1', grant_id: 'contract-1' })
    await worker.post('/revoke', { token: alias }, basic(clientId, clientSecret ?? ''))
    expect(await introspectAsApi(access_token)).toEqual({ active: false }) // one id, one token
  })
})

it('lets ten thousand made-up credentials ask neither D1 nor an object', async () => {
  const { clientId, clientSecret } = confidential.app
  const client_id = open.app.clientId
  const used: string[] = []
  const send = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const { operations } = await worker.post(path, fields, headers)
    used.push(...operations.map(({ store, method }) => `${path} ${store}.${method}`))
  }
  await worker.post('/revoke', { token: 'x', client_id })
  for (let i = 0; i < 2000; i++) {
    const secret = withForgedSeal(clientSecret ?? '')
    await send('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, basic(clientId, secret))
    await send('/introspect', { token: tokens.access_token }, basic(API.id, withForgedSeal(API.secret)))
    await send('/introspect', { token: tokens.access_token }, basic(clientId, secret))
    await send('/revoke', { token: withForgedSeal(openTokens.refresh_token), client_id })
    await send('/revoke', { token: tokens.refresh_token, client_id: clientId, client_secret: secret })
  }
  expect(used).toEqual([])
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
}, 120_000)

const ACCOUNT = `acc_${'a'.repeat(20)}`
const GRANT = 'g'.repeat(16)

function report(secret: string) {
  const headers = { 'Content-Type': 'application/json', ...basic(API.id, secret) }
  return worker.send('/api/v1/resource-usage', { method: 'POST', headers, body: '{"uses":[]}' })
}

function readsOf(operations: Parameters<typeof countStores>[0]) {
  const { objects } = countStores(operations)
  return { reads: operations.filter(({ store, method }) => store === 'D1' && method !== 'batch').length, objects }
}

/** The same credential, as another deployment would have sealed it. */
async function sealedElsewhere(refreshToken: string): Promise<string> {
  const { engineToken = '' } = (await parseGrantCredential(config, 'refreshToken', refreshToken)) ?? {}
  return formatGrantCredential(elsewhere, 'refreshToken', engineToken)
}

/** All of an answer that somebody could learn from. */
async function described(response: Response) {
  const headers = [...response.headers].filter(([name]) => name !== 'x-request-id')
  const body: Record<string, unknown> = await response.json()
  return { status: response.status, headers, body: { ...body, instance: '', request_id: '' } }
}
