import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { Tool } from '../support/workers/api-token.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'
import { createWorld, type World } from '../support/workers/world.ts'

let world: World
let owner: Developer
let member: Developer
let organizationId: string
let slug: string
let path: string
let id: string

const tokenOf = async ({ browser }: Developer) =>
  /name="form_token" value="([^"]+)"/.exec((await browser.get('/account')).html)?.[1] ?? ''

async function newOrganization(by: Developer) {
  const fresh = `org-${crypto.randomUUID().slice(0, 8)}`
  return { slug: fresh, id: (await by.call('POST', '/api/v1/organizations', { name: 'Acme', slug: fresh })).body.id }
}

const ask = async (who: Developer, clientId = world.app.clientId) =>
  who.browser.post(`/organizations/${slug}/requests/new`, {
    form_token: await tokenOf(who),
    client_id: clientId,
    reason: 'Because.',
  })

beforeAll(async () => {
  world = await createWorld()
  await changeByHand("UPDATE apps SET visibility = 'public' WHERE client_id = ?", world.app.clientId)
  owner = await Developer.signIn()
  member = await Developer.signIn()
  const created = await newOrganization(owner)
  organizationId = created.id
  slug = created.slug
  path = `/api/v1/organizations/${organizationId}/access-requests`
  await member.join('member', organizationId)
  await changeByHand("UPDATE organizations SET policy = 'approved' WHERE id = ?", organizationId)
  expect((await ask(member)).status).toBe(303)
  id = (await owner.call('GET', path)).body.items[0]?.id ?? ''
})

const stateOf = () => env.DB.prepare('SELECT state FROM access_requests WHERE id = ?').bind(id).first('state')
const decisions = () =>
  env.DB.prepare('SELECT count(*) AS n FROM app_decisions WHERE client_id = ?').bind(world.app.clientId).first('n')

it('is not answered by an administrator of another organization, not even through their own', async () => {
  const stranger = await Developer.signIn()
  const own = await newOrganization(stranger)
  const body = { decision: 'approved', scope_ceiling: null }
  for (const base of [path, `/api/v1/organizations/${own.id}/access-requests`]) {
    expect((await stranger.call('POST', `${base}/${id}/decision`, body)).status).toBe(404)
  }
  const form = { form_token: await tokenOf(stranger), decision: 'approved' }
  expect((await stranger.browser.post(`/organizations/${slug}/requests/${id}`, form)).status).toBe(404)
  expect((await stranger.browser.post(`/organizations/${own.slug}/requests/${id}`, form)).status).toBe(404)
  expect((await stranger.call('GET', path)).status).toBe(404)
  expect([await stateOf(), await decisions()]).toEqual(['open', 0])
})

it('is not answered by whoever asked', async () => {
  expect(
    (await member.call('POST', `${path}/${id}/decision`, { decision: 'approved', scope_ceiling: null })).status,
  ).toBe(403)
  const form = { form_token: await tokenOf(member), decision: 'approved' }
  expect((await member.browser.post(`/organizations/${slug}/requests/${id}`, form)).status).toBe(403)
  expect([await stateOf(), await decisions()]).toEqual(['open', 0])
})

it('is not made by strangers, nor for a private app of others', async () => {
  expect((await ask(await Developer.signIn())).status).toBe(404)
  const hidden = await (await Developer.signIn()).registerApp({ client_name: 'Hidden' })
  const answer = await ask(member, hidden.client_id)
  expect(answer.status).toBe(404)
  expect(answer.html).not.toContain('Hidden')
})

it('is not sent by a page of another site', async () => {
  const at = `/organizations/${slug}/requests/${id}`
  const form = { form_token: await tokenOf(owner), decision: 'approved' }
  expect((await owner.browser.post(at, form, { Origin: 'https://evil.example' })).status).toBe(403)
  expect((await owner.browser.post(at, { ...form, form_token: await tokenOf(member) })).status).toBe(403)
  expect([await stateOf(), await decisions()]).toEqual(['open', 0])
})

it('is not answered with an access token that only reads, nor seen from elsewhere', async () => {
  const scopes = ['organizations:read']
  const reads = await Tool.connect(owner, { scopes, organizations: [(await newOrganization(owner)).id] })
  expect(
    (await reads.call('POST', `${path}/${id}/decision`, { decision: 'approved', scope_ceiling: null })).status,
  ).toBe(403)
  expect((await reads.call('GET', path)).status).toBe(404)
  expect(
    (await owner.call('POST', `${path}/${id}/decision`, { decision: 'approved', scope_ceiling: null })).status,
  ).toBe(200) // control
  expect([await stateOf(), await decisions()]).toEqual(['approved', 1])
})
