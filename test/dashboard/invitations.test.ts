import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { randomId } from '../../src/lib/random.ts'
import type { Role } from '../../src/organizations/organization.ts'
import { Browser, signIn } from '../support/browser.ts'
import { invitationPath, mailsTo } from '../support/invitation.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer, ORIGIN } from '../support/workers/developer.ts'
import { advance } from '../support/workers/time.ts'
import { transport } from '../support/workers/world.ts'

const DAY_SECONDS = 86_400
const WEEK_SECONDS = 7 * DAY_SECONDS
const newAddress = () => `${randomId('guest').toLowerCase()}@example.com`

let owner: Developer
beforeAll(async () => {
  owner = await Developer.signIn()
})

let organizationId: string
let path: string
let slug: string
beforeEach(async () => {
  owner = await Developer.signIn()
  slug = `org-${crypto.randomUUID().slice(0, 8)}`
  const { body } = await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })
  organizationId = body.id
  path = `/api/v1/organizations/${body.id}/invitations`
})

const invite = (email: string, role: Role = 'developer', by = owner) => by.call('POST', path, { email, role })

async function accept(person: Developer, link: string) {
  return person.browser.submit(await person.browser.get(link), {})
}

const roleOf = ({ accountId }: Developer) =>
  env.DB.prepare('SELECT role FROM members WHERE organization_id = ? AND account_id = ?')
    .bind(organizationId, accountId)
    .first<Role>('role')

describe('an invitation', () => {
  it('is mailed, shown after signing in, and accepted by a form', async () => {
    const email = newAddress()
    const invited = await invite(` ${email.toUpperCase()} `)
    expect(invited.status).toBe(201)
    expect(invited.body).toMatchObject({ email, role: 'developer', invited_by: owner.accountId })

    const stranger = new Browser(transport, ORIGIN)
    const link = await invitationPath(stranger, email)
    const toSignIn = await stranger.get(link)
    expect(toSignIn.location).toBe(`${ORIGIN}/sign-in?return_to=${encodeURIComponent(link)}`)
    expect((await signIn(stranger, email, link)).location).toBe(ORIGIN + link)
    const page = await stranger.get(link)
    expect(page.status).toBe(200)
    for (const said of ['Acme', email, 'developer', '@example.com</strong> invites you'])
      expect(page.html).toContain(said)
    expect((await stranger.get(`/organizations/${slug}`)).status).toBe(404) // GET changed nothing

    expect((await stranger.submit(page, {})).location).toBe(`${ORIGIN}/organizations/${slug}`)
    expect((await stranger.get(`/organizations/${slug}`)).status).toBe(200)
    expect((await owner.call('GET', path)).body.items).toEqual([])
  })

  it('says nowhere but in the mail what its link is', async () => {
    const email = newAddress()
    const { body } = await invite(email)
    const token = (await invitationPath(owner.browser, email)).split('/').at(-1) ?? ''
    expect(JSON.stringify([body, (await owner.call('GET', path)).body])).not.toContain(token)
    expect((await owner.browser.get(`/organizations/${slug}`)).html).not.toContain(token)
    const { results } = await env.DB.prepare('SELECT * FROM invitations').all()
    expect(JSON.stringify(results)).not.toContain(token)
    expect((await mailsTo(owner.browser, email))[0]?.text).toContain(token) // control
  })

  it('leads whoever accepted it to the organization when it is opened again', async () => {
    const email = newAddress()
    await invite(email)
    const link = await invitationPath(owner.browser, email)
    const person = await Developer.signIn(email)
    await accept(person, link)
    expect((await person.browser.get(link)).location).toBe(`${ORIGIN}/organizations/${slug}`)
  })

  it.each(['not an address', 'a@b', '', `${'a'.repeat(400)}@example.com`])('does not go to %j', async (email) => {
    const { status, body } = await invite(email)
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ pointer: '/email' }])
  })

  it('is not for a member, nor for a personal organization', async () => {
    const email = newAddress()
    const member = await Developer.signIn(email)
    await member.join('member', organizationId)
    const refused = await invite(email)
    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([
      { pointer: '/email', detail: 'Somebody with this address is a member already.' },
    ])
    const [personal] = (await owner.call('GET', '/api/v1/organizations')).body.items
    const at = `/api/v1/organizations/${personal?.id}/invitations`
    expect((await owner.call('POST', at, { email: newAddress(), role: 'member' })).status).toBe(409)
  })

  it('replaces the former for the same address, a day later', async () => {
    const email = newAddress()
    await invite(email, 'member')
    const former = await invitationPath(owner.browser, email)
    advance(DAY_SECONDS)
    expect((await invite(email, 'developer')).status).toBe(201)
    const link = await invitationPath(owner.browser, email)
    const person = await Developer.signIn(email)
    expect((await person.browser.get(former)).status).toBe(404)
    expect((await owner.call('GET', path)).body.items).toHaveLength(1)
    await accept(person, link)
    expect(await roleOf(person)).toBe('developer')
  })

  it('that is open is not mailed twice a day: asked for again, it has the role that is asked for now', async () => {
    const email = newAddress()
    const first = await invite(email, 'member')
    const again = await invite(email.toUpperCase(), 'member')
    expect(again.body).toEqual(first.body)
    const changed = await invite(email, 'admin')
    expect(changed.body).toEqual({ ...first.body, role: 'admin' })
    expect(await mailsTo(owner.browser, email)).toHaveLength(1)
    const person = await Developer.signIn(email)
    await accept(person, await invitationPath(owner.browser, email))
    expect(await roleOf(person)).toBe('admin')
  })

  it('goes out anew, with a new link, to somebody whose invitation was withdrawn', async () => {
    const email = newAddress()
    const { body } = await invite(email)
    await owner.call('DELETE', `${path}/${body.id}`)
    expect((await invite(email)).status).toBe(201)
    expect(await mailsTo(owner.browser, email)).toHaveLength(2)
  })

  it.each([
    ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
    ['jose\u0301@example.com', 'josé@example.com'],
  ])('typed as %s is for the person who signs in as %s', async (typed, email) => {
    const invited = await invite(typed, 'member')
    expect(invited.body).toMatchObject({ email })
    const person = await Developer.signIn(email)
    await accept(person, await invitationPath(owner.browser, email))
    expect(await roleOf(person)).toBe('member')
  })
})

describe('an invitation works no more', () => {
  let person: Developer
  let link: string
  let id: string
  beforeEach(async () => {
    const email = newAddress()
    id = (await invite(email, 'admin')).body.id
    link = await invitationPath(owner.browser, email)
    person = await Developer.signIn(email)
  })

  /** From a page that was open while it still worked. */
  async function expectDead(end: () => Promise<unknown>) {
    const open = await person.browser.get(link)
    expect(open.status).toBe(200) // control
    await end()
    expect((await person.browser.submit(open, {})).status).toBe(404)
    expect((await person.browser.get(link)).status).toBe(404)
    expect(await roleOf(person)).toBeNull()
  }

  it('once it is withdrawn', () => expectDead(() => owner.call('DELETE', `${path}/${id}`)))

  it('after seven days', () => expectDead(async () => advance(WEEK_SECONDS)))

  it('while its organization is suspended', () =>
    expectDead(() => changeByHand('UPDATE organizations SET suspended_at = 1 WHERE id = ?', organizationId)))

  it('when whoever invited may not invite any more', () =>
    expectDead(() => changeByHand("UPDATE members SET role = 'developer' WHERE organization_id = ?", organizationId)))

  it('until the last second it does', async () => {
    advance(WEEK_SECONDS - 60)
    await accept(person, link)
    expect(await roleOf(person)).toBe('admin')
  })
})

describe('roles', () => {
  it.each([
    ['owner', 'owner', 201],
    ['admin', 'owner', 403],
    ['admin', 'admin', 201],
    ['developer', 'member', 403],
    ['member', 'member', 403],
  ] as const)('an %s invites somebody as %s: %i', async (by, role, status) => {
    const actor = await Developer.signIn()
    await actor.join(by, organizationId)
    expect((await invite(newAddress(), role, actor)).status).toBe(status)
  })

  it('keep an administrator from lowering what an owner invited an owner to', async () => {
    const admin = await Developer.signIn()
    await admin.join('admin', organizationId)
    const email = newAddress()
    await invite(email, 'owner')
    expect((await invite(email, 'member', admin)).status).toBe(403)
    expect((await owner.call('GET', path)).body.items).toMatchObject([{ email, role: 'owner' }])
    expect((await invite(email, 'member', owner)).status).toBe(201) // control
  })

  it('let an administrator withdraw all but those of owners', async () => {
    const admin = await Developer.signIn()
    await admin.join('admin', organizationId)
    const ofOwner = (await invite(newAddress(), 'owner')).body.id
    const ofMember = (await invite(newAddress(), 'member')).body.id
    expect((await admin.call('DELETE', `${path}/${ofOwner}`)).status).toBe(403)
    expect((await admin.call('DELETE', `${path}/${ofMember}`)).status).toBe(204)
    expect((await admin.call('DELETE', `${path}/${ofMember}`)).status).toBe(404)
  })
})

describe('bounds', () => {
  const insert = (count: number, by: string, ago: number) =>
    env.DB.prepare(
      `INSERT INTO invitations (id, organization_id, email, role, token_hash, invited_by, created_at, expires_at)
       SELECT ?1 || value, ?2, value || '@example.org', 'member', ?1 || value, ?3, unixepoch() - ?4, unixepoch() + 9999
         FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?5) SELECT value FROM n)`,
    )
      .bind(randomId('inv'), organizationId, by, ago, count)
      .run()

  it('keep at most 50 open', async () => {
    await insert(49, owner.accountId, 7200)
    expect((await invite(newAddress())).status).toBe(201) // control: the fiftieth
    const refused = await invite(newAddress())
    expect(refused.status).toBe(409)
    expect((await invite('7@example.org')).status).toBe(201) // one in place of another
  })

  it('send at most 20 an hour for an organization', async () => {
    const other = await Developer.signIn()
    await other.join('admin', organizationId)
    await insert(19, other.accountId, 60)
    expect((await invite(newAddress())).status).toBe(201) // control: the twentieth
    const email = newAddress()
    const refused = await invite(email)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3500)
    expect(await mailsTo(owner.browser, email)).toEqual([])
    advance(3600)
    expect((await invite(email)).status).toBe(201)
  })

  it('send at most 20 an hour for a person, in all their organizations', async () => {
    await insert(20, owner.accountId, 60)
    const { body } = await owner.call('POST', '/api/v1/organizations', { name: 'Second', slug: `${slug}-2` })
    const at = `/api/v1/organizations/${body.id}/invitations`
    expect((await owner.call('POST', at, { email: newAddress(), role: 'member' })).status).toBe(429)
  })
})

it('writes who invited whom, and who joined, into the audit log', async () => {
  const [first, second] = [newAddress(), newAddress()]
  await invite(first, 'developer')
  const { body } = await invite(second, 'member')
  await owner.call('DELETE', `${path}/${body.id}`)
  const person = await Developer.signIn(first)
  await accept(person, await invitationPath(owner.browser, first))
  const { results } = await env.DB.prepare(
    "SELECT event, actor, account_id, reason FROM audit_events WHERE organization_id = ? AND event != 'organization.created' ORDER BY rowid",
  )
    .bind(organizationId)
    .all()
  const { accountId } = person
  expect(results).toEqual([
    { event: 'invitation.created', actor: owner.accountId, account_id: null, reason: `${first} as developer` },
    { event: 'invitation.created', actor: owner.accountId, account_id: null, reason: `${second} as member` },
    { event: 'invitation.withdrawn', actor: owner.accountId, account_id: null, reason: second },
    { event: 'member.joined', actor: accountId, account_id: accountId, reason: 'developer' },
  ])
})

describe("the organization's page", () => {
  const show = (who = owner) => who.browser.get(`/organizations/${slug}`)
  const tokenOf = ({ html }: { html: string }) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

  it('invites, lists and withdraws', async () => {
    const email = newAddress()
    const form = { form_token: tokenOf(await show()) }
    const sent = await owner.browser.post(`/organizations/${slug}/invitations`, { ...form, email, role: 'member' })
    expect(sent.status).toBe(303)
    const page = await show()
    expect(page.html).toContain(email)
    const withdraw = /action="([^"]+\/withdraw)"/.exec(page.html)?.[1] ?? ''
    expect((await owner.browser.post(withdraw, form)).status).toBe(303)
    expect((await show()).html).not.toContain(email)
  })

  it('says next to the field what is wrong, and keeps what was typed', async () => {
    const form = { form_token: tokenOf(await show()), email: 'nobody', role: 'admin' }
    const page = await owner.browser.post(`/organizations/${slug}/invitations`, form)
    expect(page.status).toBe(422)
    expect(page.html).toContain('id="email-problem"')
    expect(page.html).toContain('value="nobody"')
    expect(page.html).toMatch(/<option value="admin" selected/)
  })

  it('offers nothing of it to members', async () => {
    const member = await Developer.signIn()
    await member.join('member', organizationId)
    const page = await show(member)
    expect(page.status).toBe(200)
    expect(page.html).not.toContain('/invitations')
  })
})
