import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { type Answer, Developer } from '../support/workers/developer.ts'
import { fulfilPublicRequirements } from '../support/workers/publish.ts'

let developer: Developer
beforeAll(async () => {
  developer = await Developer.signIn()
})

let clientId: string
let names = 0
beforeEach(async () => {
  const app = await developer.registerApp({ client_name: `Release notes ${++names}`, scopes: ['apps:read'] })
  clientId = app.client_id
})

const change = (fields: object): Promise<Answer> => developer.call('PATCH', `/api/v1/apps/${clientId}`, fields)
const setVisibility = (visibility: 'private' | 'public') => change({ visibility })

async function goPublic(): Promise<void> {
  await fulfilPublicRequirements(clientId)
  expect((await setVisibility('public')).status).toBe(200)
}

async function connectOutsiders(count: number, state = 'active'): Promise<void> {
  const insert = env.DB.prepare(
    `INSERT INTO grant_index (grant_id, account_id, client_id, resource, scopes, organizations, state, version,
                              created_at, last_used_at) VALUES (?, ?, ?, '', '[]', '[]', ?, 1, 0, 0)`,
  )
  const ids = Array.from({ length: count }, (_, index) => `${clientId}-${state}-${index}`)
  // Each on two devices: people are counted, not grants.
  const rows = ids.flatMap((id) => [
    insert.bind(`${id}-a`, id, clientId, state),
    insert.bind(`${id}-b`, id, clientId, state),
  ])
  await env.DB.batch(rows)
}

describe('going public', () => {
  it('is possible with logo, homepage, verified publisher and a scope', async () => {
    await fulfilPublicRequirements(clientId)
    const { status, body } = await setVisibility('public')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      visibility: 'public',
      publisher: { state: 'verified', domain: 'app.example.com' },
      logo_path: '/logos/aGFzaA',
    })
  })

  it('lists everything that is missing, at once', async () => {
    await change({ scopes: [] })
    const { status, body } = await setVisibility('public')
    expect(status).toBe(422)
    expect(body.errors.map(({ pointer }) => pointer)).toEqual(Array(4).fill('/visibility'))
    expect(body.errors.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('logo'),
      expect.stringContaining('homepage'),
      expect.stringContaining('scope'),
      expect.stringContaining('verified publisher'),
    ])
  })

  it.each([
    ['logo_uri = NULL, logo_hash = NULL', 'logo'],
    ['client_uri = NULL', 'homepage'],
    ['publisher_domain = NULL', 'verified publisher'],
    [`publisher_domain = 'other.example.com'`, 'verified publisher'],
    [`scopes = '[]'`, 'scope'],
  ])('is refused with %s', async (lack, word) => {
    await fulfilPublicRequirements(clientId)
    await changeByHand(`UPDATE apps SET ${lack} WHERE client_id = ?`, clientId)
    const { status, body } = await setVisibility('public')
    expect(status).toBe(422)
    expect(body.errors.some(({ detail }) => detail.includes(word))).toBe(true)
  })

  it('is not possible at registration: nothing is verified yet', async () => {
    const fields = { client_name: `Another ${++names}`, client_uri: 'https://app.example.com/', scopes: ['apps:read'] }
    const body = { ...fields, redirect_uris: ['https://app.example.com/cb'], visibility: 'public' }
    const answer = await developer.call('POST', '/api/v1/apps', body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors.every(({ pointer }) => pointer === '/visibility')).toBe(true)
  })
})

describe('a public app', () => {
  it.each([
    ['logo_uri', null],
    ['client_uri', null],
    ['scopes', []],
  ])('does not lose its %s', async (field, nothing) => {
    await goPublic()
    const { status, body } = await change({ [field]: nothing })
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ pointer: `/${field}`, detail: expect.stringContaining('private first') }])
  })

  it('may change everything else, also after its mark was lost', async () => {
    await goPublic()
    await changeByHand('UPDATE apps SET publisher_domain = NULL WHERE client_id = ?', clientId)
    expect((await change({ client_name: `Renamed ${++names}` })).status).toBe(200)
  })

  it('does not move its homepage to a host that nobody verified, and is told what to do', async () => {
    await goPublic()
    const { status, body } = await change({ client_uri: 'https://new.example.com/' })
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ pointer: '/client_uri', detail: expect.stringContaining('new.example.com') }])
    expect((await change({ client_uri: 'https://app.example.com/new' })).status).toBe(200) // control: the same host
  })

  it('moves its homepage when it goes private with it, which takes the mark', async () => {
    await goPublic()
    const { status, body } = await change({ client_uri: 'https://new.example.com/', visibility: 'private' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ visibility: 'private', publisher: { state: 'unverified', domain: null } })
    const read = await developer.call('GET', `/api/v1/apps/${clientId}`)
    expect(read.body).toEqual(body)
    expect((await setVisibility('public')).status).toBe(422)
  })

  it('lacks nothing after two changes at once of which each was allowed', async () => {
    await goPublic()
    await change({ optional_scopes: ['apps:write'] })
    const answers = await Promise.all([change({ scopes: [] }), change({ optional_scopes: [] })])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
    const { body } = await developer.call('GET', `/api/v1/apps/${clientId}`)
    expect(body).toMatchObject({ visibility: 'public' })
    expect([...Object(body).scopes, ...Object(body).optional_scopes]).toHaveLength(1)
  })

  it('is not left public without a publisher when it goes public while its homepage moves', async () => {
    await fulfilPublicRequirements(clientId)
    await Promise.all([setVisibility('public'), change({ client_uri: 'https://victim.example.com/' })])
    const { body } = await developer.call('GET', `/api/v1/apps/${clientId}`)
    const { visibility, publisher } = Object(body)
    expect([visibility, publisher.state]).not.toEqual(['public', 'unverified'])
  })

  it('lacks nothing when it goes public while its logo is taken away', async () => {
    await fulfilPublicRequirements(clientId)
    const answers = await Promise.all([setVisibility('public'), change({ logo_uri: null })])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('going back to private', () => {
  it('is possible while fewer than ten people outside have connected', async () => {
    await goPublic()
    await connectOutsiders(9)
    await connectOutsiders(20, 'revoked')
    expect((await setVisibility('private')).body).toMatchObject({ visibility: 'private' })
  })

  it('is explained, with their number, from ten on', async () => {
    await goPublic()
    await connectOutsiders(10)
    const { status, body } = await setVisibility('private')
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ pointer: '/visibility', detail: expect.stringMatching(/^10 accounts/) }])
  })

  it('does not count the members of the organization', async () => {
    await goPublic()
    await connectOutsiders(10)
    await env.DB.prepare(`UPDATE grant_index SET account_id = ? WHERE account_id = ?`)
      .bind(developer.accountId, `${clientId}-active-0`)
      .run()
    expect((await setVisibility('private')).status).toBe(200)
  })
})
