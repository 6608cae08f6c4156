import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { app } from '../../src/app.ts'
import { randomId } from '../../src/lib/random.ts'
import type { Role } from '../../src/organizations/organization.ts'
import { Browser } from '../support/browser.ts'
import { invitationPath } from '../support/invitation.ts'
import { Developer, ORIGIN } from '../support/workers/developer.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'

let owner: Developer
let organizationId: string
let path: string
beforeAll(async () => {
  owner = await Developer.signIn()
  const slug = `org-${crypto.randomUUID().slice(0, 8)}`
  organizationId = (await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })).body.id
  path = `/api/v1/organizations/${organizationId}/invitations`
})

async function invited(role: Role = 'admin') {
  const email = `${randomId('guest').toLowerCase()}@example.com`
  expect((await owner.call('POST', path, { email, role })).status).toBe(201)
  return { email, link: await invitationPath(owner.browser, email) }
}

const isMember = async ({ accountId }: Developer) =>
  (await env.DB.prepare('SELECT role FROM members WHERE organization_id = ? AND account_id = ?')
    .bind(organizationId, accountId)
    .first()) !== null

const formTokenOf = async ({ browser }: Developer) =>
  /name="form_token" value="([^"]+)"/.exec((await browser.get('/account')).html)?.[1] ?? ''

const acceptAs = async (person: Developer, link: string) =>
  person.browser.post(link, { form_token: await formTokenOf(person) })

describe('the link of an invitation', () => {
  it('is worth nothing to another address, and tells it nothing', async () => {
    const { email, link } = await invited()
    const thief = await Developer.signIn()
    const shown = await thief.browser.get(link)
    expect(shown.status).toBe(403)
    expect(shown.html).not.toContain(email)
    expect(shown.html).not.toContain('Acme')
    expect(shown.html).toContain('/sign-in?return_to=')
    expect((await acceptAs(thief, link)).status).toBe(403)
    expect(await isMember(thief)).toBe(false)

    const person = await Developer.signIn(email)
    expect((await acceptAs(person, link)).status).toBe(303) // control
    expect(await isMember(person)).toBe(true)
  })

  it('does not bring back who was removed', async () => {
    const { email, link } = await invited()
    const person = await Developer.signIn(email)
    await acceptAs(person, link)
    expect(await isMember(person)).toBe(true) // control
    await owner.call('DELETE', `/api/v1/organizations/${organizationId}/members/${person.accountId}`)
    expect((await person.browser.get(link)).status).toBe(404)
    expect((await acceptAs(person, link)).status).toBe(404)
    expect(await isMember(person)).toBe(false)
  })

  it('is not accepted by a page of another site, nor by following it', async () => {
    const { email, link } = await invited()
    const person = await Developer.signIn(email)
    expect((await person.browser.get(link)).status).toBe(200)
    const form = { form_token: await formTokenOf(person) }
    expect((await person.browser.post(link, form, { Origin: 'https://evil.example' })).status).toBe(403)
    expect((await person.browser.post(link, {})).status).toBe(403)
    expect(await isMember(person)).toBe(false)
    expect((await person.browser.post(link, form)).status).toBe(303) // control
  })

  it.each(['', 'x', 'A'.repeat(43), '%00', '../../account'])('cannot be guessed: %j', async (token) => {
    expect((await owner.browser.get(`/invitations/${encodeURIComponent(token)}`)).status).toBe(404)
  })

  it('does not get into the log when a store fails', async () => {
    const { email, link } = await invited()
    const { browser } = await Developer.signIn(email)
    const DB = { prepare: (sql: string) => (sql.includes('invitations') ? fail() : env.DB.prepare(sql)) }
    const broken = new Browser(async (request) => app.fetch(request, { ...env, DB }), ORIGIN)
    broken.setCookie('postern-session', browser.cookie('postern-session') ?? '')
    expect((await broken.get(link)).status).toBe(500)
    const logged = JSON.stringify(takeConsoleErrors())
    expect(logged).toContain('/invitations/')
    expect(logged).not.toContain(link)
  })
})

function fail(): never {
  throw new Error('D1 is away')
}

describe('an administrator', () => {
  it('makes no owner by inviting one, on no way', async () => {
    const admin = await Developer.signIn()
    await admin.join('admin', organizationId)
    const body = { email: `${randomId('guest').toLowerCase()}@example.com`, role: 'owner' }
    expect((await admin.call('POST', path, body)).status).toBe(403)
    const { results } = await env.DB.prepare('SELECT id FROM invitations WHERE email = ?').bind(body.email).all()
    expect(results).toEqual([])
    expect((await admin.call('POST', path, { ...body, role: 'admin' })).status).toBe(201) // control
  })

  it('of another organization neither invites here nor withdraws', async () => {
    const stranger = await Developer.signIn()
    await stranger.join('owner')
    const { email, link } = await invited()
    const [item] = (await owner.call('GET', path)).body.items
    expect((await stranger.call('GET', path)).status).toBe(404)
    expect((await stranger.call('POST', path, { email: 'x@example.com', role: 'member' })).status).toBe(404)
    expect((await stranger.call('DELETE', `${path}/${item?.id}`)).status).toBe(404)
    const slug = `org-${crypto.randomUUID().slice(0, 8)}`
    const own = (await stranger.call('POST', '/api/v1/organizations', { name: 'Other', slug })).body.id
    expect((await stranger.call('DELETE', `/api/v1/organizations/${own}/invitations/${item?.id}`)).status).toBe(404)
    expect((await acceptAs(await Developer.signIn(email), link)).status).toBe(303) // control: it lives
  })
})
