import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { faults } from '../support/workers/faults.ts'
import { readToken } from '../support/workers/forge.ts'
import { makePublic } from '../support/workers/publish.ts'
import { advance } from '../support/workers/time.ts'
import { createWorld, introspectAsApi, SETTINGS, type World } from '../support/workers/world.ts'

// Between the commit of a decision and its answer: who is told, and what is said when somebody could not be.

const SENTENCE = 'holds everywhere within a minute'

let world: World
let acme: { id: string; slug: string }
let tokens: Awaited<ReturnType<typeof connect>>
let path: string

beforeEach(async () => {
  // The clock stands still: nothing here is found out by the questions of five seconds.
  advance(0)
  world = await createWorld(SETTINGS)
  await makePublic(world.app.clientId)
  const slug = crypto.randomUUID()
  const created = await call('POST', '/organizations', { name: 'Acme', slug })
  acme = { id: (await created.json<{ id: string }>()).id, slug }
  tokens = await connect(world.browser, world.integration, {}, { organization: acme.id })
  path = `/organizations/${acme.id}/decisions/${world.app.clientId}`
  expect(await organizations()).toEqual([acme.id]) // control
  expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([acme.id])
})
afterEach(() => faults.end())

function call(method: string, at: string, body?: unknown) {
  return world.browser.fetch(`/api/v1${at}`, {
    method,
    headers: { Origin: world.browser.origin, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

async function organizations(): Promise<unknown> {
  const { access_token: accessToken = '' } = await refreshWith(tokens.refresh_token, world.app)
  return readToken(accessToken).claims.organizations ?? []
}

/** Takes every scope that needs the organization. A block would soon be known to the ledger as well. */
const LIMITED = { decision: 'approved', scope_ceiling: ['profile:read'], note: 'Enough.' }
const nobodyIsTold = () => faults.inject({ store: 'Authority', method: 'announce', place: 'Worker' })

it('answers a decision that somebody could not be told of with 202 and the same body', async () => {
  nobodyIsTold()
  const late = await call('PUT', path, LIMITED)
  expect(late.status).toBe(202)
  const said = await late.json()
  expect(await organizations()).toEqual([acme.id]) // control: nobody has told it
  faults.end()
  const told = await call('PUT', path, LIMITED)
  expect(told.status).toBe(200)
  expect(await told.json()).toEqual(said)
})

it('holds five seconds after an announcement that was lost', async () => {
  nobodyIsTold()
  expect((await call('PUT', path, LIMITED)).status).toBe(202)
  faults.end()
  expect(await organizations()).toEqual([acme.id]) // control
  advance(5)
  expect(await organizations()).toEqual([])
  expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([])
})

it('announces a repeat that changes no row, after a commit whose Worker died', async () => {
  nobodyIsTold()
  await call('PUT', path, LIMITED)
  faults.end()
  expect(await organizations()).toEqual([acme.id]) // control
  expect((await call('PUT', path, LIMITED)).status).toBe(200)
  expect(await organizations()).toEqual([])
  expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([])
})

it('announces a repeat that is refused because the first one did it all', async () => {
  nobodyIsTold()
  const remove = () => call('DELETE', `/apps/${world.app.clientId}`)
  expect((await remove()).status).toBe(202)
  faults.end()
  expect(await organizations()).toEqual([acme.id]) // control
  expect((await remove()).status).toBe(404)
  expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 401, error: 'invalid_client' })
})

it('announces the second submit of a form that may be sent once', async () => {
  const page = await world.browser.get(`/developer/apps/${world.app.clientId}/delete`)
  nobodyIsTold()
  expect((await world.browser.submit(page, {})).status).toBe(303)
  faults.end()
  expect(await organizations()).toEqual([acme.id]) // control
  expect((await world.browser.submit(page, {})).status).toBe(303)
  expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 401, error: 'invalid_client' })
})

it('announces a submit of a page that is refused because another did it all', async () => {
  const at = `/developer/apps/${world.app.clientId}/delete`
  const [first, second] = [await world.browser.get(at), await world.browser.get(at)]
  nobodyIsTold()
  expect((await world.browser.submit(first, {})).status).toBe(303)
  faults.end()
  expect(await organizations()).toEqual([acme.id]) // control
  expect((await world.browser.submit(second, {})).status).toBe(404)
  expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 401, error: 'invalid_client' })
})

it('is no error when the announcement cannot even be read after the commit', async () => {
  const trips = async (work: () => Promise<unknown>) =>
    (await faults.watch(work)).operations.filter(
      ({ store, place, method }) => store === 'D1' && place === 'Worker' && method === 'batch',
    ).length
  const usual = await trips(() => call('PUT', path, { ...LIMITED, scope_ceiling: null }))
  let passed = 0
  faults.inject({ store: 'D1', place: 'Worker', method: 'batch', when: () => ++passed >= usual })

  const answer = await call('PUT', path, LIMITED)
  faults.end()

  expect(answer.status).toBe(202)
  expect(await answer.json()).toMatchObject(LIMITED)
  advance(5)
  expect(await organizations()).toEqual([])
})

it('says on the next pages of a browser that what it did holds within a minute', async () => {
  const { browser } = world
  const page = await browser.get(`/organizations/${acme.slug}/policy`)
  nobodyIsTold()
  const answer = await browser.submit(page, {
    policy: 'open',
    ceiling: 'chosen',
    scope: 'projects:read',
    confirm: 'yes',
  })
  faults.end()
  expect(answer.status).toBe(303)
  expect((await browser.get(answer.location ?? '')).html).toContain(SENTENCE)

  const other = await createWorld(SETTINGS)
  expect((await other.browser.get('/organizations')).html).not.toContain(SENTENCE) // control
})
