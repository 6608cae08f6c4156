import { beforeAll, describe, expect, it } from 'vitest'
import { isSameResource } from '../../src/catalog/resource-identifier.ts'
import { connect, exchangeWith, obtainCode, requestToken } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import { createWorld, PUBLIC_SETTINGS, type World } from '../support/workers/world.ts'

const REGISTERED = 'https://api.spelling.example'
const SPELLINGS = ['https://api.spelling.example/', 'https://API.Spelling.example', 'https://api.spelling.example:443/']
const SCOPE = { title: 'See notes', description: 'See the notes.', target: 'account' }

let operator: Developer
let world: World
beforeAll(async () => {
  operator = await Developer.signIn('operator@example.com')
  await operator.call('POST', '/api/v1/resources', { identifier: REGISTERED, name: 'Notes API' })
  await operator.call('POST', '/api/v1/scopes', { ...SCOPE, name: 'spelled:read', resource: REGISTERED })
  world = await createWorld({ ...PUBLIC_SETTINGS, scopes: ['spelled:read'], optional_scopes: [] })
})

describe('a client that prints the address of an API as its library does', () => {
  it.each(SPELLINGS)('connects with %s, and the token is for the API as it is registered', async (resource) => {
    const { browser, integration, app } = world
    const obtained = await obtainCode(browser, integration, { resource })
    const tokens = await exchangeWith(obtained, app, { resource })
    expect(tokens).toMatchObject({ status: 200 })
    expect(readToken(tokens.access_token ?? '').claims.aud).toBe(REGISTERED)

    const refreshed = await integration.refresh(tokens.refresh_token ?? '', { resource })

    expect(readToken(refreshed.access_token).claims.aud).toBe(REGISTERED)
  })

  it('may name the same API twice, and no other beside it', async () => {
    const { browser, integration } = world
    const { path } = await integration.begin()
    const twice = `${path}&${new URLSearchParams(SPELLINGS.map((spelling) => ['resource', spelling]))}`
    expect((await browser.get(twice)).location ?? 'the consent page').not.toContain('error')

    const refused = await browser.get(`${twice}&resource=https%3A%2F%2Fother.example`)
    expect(new URL(refused.location ?? '').searchParams.get('error')).toBe('invalid_target')
  })

  it.each(['https://api.spelling.example/v1', 'https://api.spelling.example:444', 'http://api.spelling.example'])(
    'is told what was expected when it names another: %s',
    async (resource) => {
      const { browser, integration, app } = world
      const { path } = await integration.begin({ resource })
      const answer = new URL((await browser.get(path)).location ?? '').searchParams
      expect(answer.get('error')).toBe('invalid_target')
      expect(answer.get('error_description')).toContain(`expected: ${REGISTERED}`)

      const { refresh_token } = await connect(browser, integration)
      const refused = await requestToken({ grant_type: 'refresh_token', refresh_token, resource }, app)
      expect(refused).toMatchObject({ status: 400, error: 'invalid_target' })
      expect(refused.error_description).toContain(`expected: ${REGISTERED}`)
    },
  )
})

it('puts the slash into the token when the API is registered with one', async () => {
  const slashed = 'https://slash.spelling.example/'
  await operator.call('POST', '/api/v1/resources', { identifier: slashed, name: 'Slashed API' })
  await operator.call('POST', '/api/v1/scopes', { ...SCOPE, name: 'slashed:read', resource: slashed })
  const settings = { ...PUBLIC_SETTINGS, scopes: ['slashed:read'], optional_scopes: [] }
  const { browser, integration } = await createWorld(settings)
  const tokens = await connect(browser, integration, { resource: 'https://slash.spelling.example' })
  expect(readToken(tokens.access_token).claims.aud).toBe(slashed)
})

describe('the catalogue', () => {
  it('has one entry for an API, whether its address ends in a slash or not', async () => {
    const same = { identifier: `${REGISTERED}/`, name: 'The same' }
    const refused = await operator.call('POST', '/api/v1/resources', same)
    expect(refused.status).toBe(409)
    expect(refused.body.detail).toContain(REGISTERED)
  })

  // Each of these answered 503 at the first authorization.
  it.each([
    ['https://Other.example', 'https://other.example'],
    ['HTTPS://other.example', 'https://other.example'],
    ['https://other.example:443/v1', 'https://other.example/v1'],
    ['https://other.example/a/../v1', 'https://other.example/v1'],
    ['https://other.example?tenant=1', 'https://other.example/?tenant=1'],
    ['https://other.example/.well-known/oauth-protected-resource', 'not of its metadata'],
  ])('says how to write %s', async (identifier, advice) => {
    const refused = await operator.call('POST', '/api/v1/resources', { identifier, name: 'Other' })
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/identifier' }] } })
    expect(refused.body.errors?.[0]?.detail).toContain(advice)
  })

  it('takes one with a path of its own', async () => {
    const other = { identifier: `${REGISTERED}/v1/`, name: 'Another' }
    expect((await operator.call('POST', '/api/v1/resources', other)).status).toBe(201) // control
  })

  it('keeps a scope under the registered spelling, whichever the operator typed', async () => {
    const scope = { ...SCOPE, name: 'spelled:list', resource: `${REGISTERED}/` }
    expect((await operator.call('POST', '/api/v1/scopes', scope)).body).toMatchObject({ resource: REGISTERED })
  })
})

it('tells two addresses apart that differ in anything else', () => {
  const same = ['https://a.example/', 'HTTPS://A.example', 'https://a.example:443/']
  for (const spelling of same) expect(isSameResource('https://a.example', spelling)).toBe(true)
  expect(isSameResource('https://a.example/v1', 'https://A.EXAMPLE/v1')).toBe(true)
  for (const [one, other] of [
    ['https://a.example/v1', 'https://a.example/v1/'],
    ['https://a.example/v1', 'https://a.example/V1'],
    ['https://a.example', 'https://a.example?'],
    ['https://a.example', 'https://a.example//'],
    ['https://a.example', 'https://x@a.example'],
    ['https://a.example', 'http://a.example:443'],
    ['https://a.example', 'https://a.example.'],
    ['urn:a', 'URN:A'],
  ] as const) {
    expect(isSameResource(one, other), `${one} and ${other}`).toBe(false)
  }
})
