import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { allowMailOf } from '../../src/accounts/mail-limits.ts'
import { app } from '../../src/app.ts'
import { currentTime } from '../../src/lib/clock.ts'
import { Browser } from '../support/browser.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'
import { advance } from '../support/workers/time.ts'
import { createWorld, ISSUER, newEmail, transport } from '../support/workers/world.ts'

const HOUR = 3600
const DAY = 86_400

const ask = (email: string, network?: string) =>
  new Browser(transport, ISSUER).post('/sign-in', { email }, network ? { 'CF-Connecting-IP': network } : {})

/** To addresses that hold a text. */
async function countMails(part: string): Promise<number> {
  const count = env.DB.prepare('SELECT count(*) AS n FROM dev_outbox WHERE instr("to", ?) > 0').bind(part)
  return (await count.first<number>('n')) ?? 0
}

/** `abc` with a dot at every place that a bit of `bits` says. */
function withDots(name: string, bits: number): string {
  return Array.from(name, (letter, index) => (index > 0 && (bits >> index) & 1 ? `.${letter}` : letter)).join('')
}

describe('codes for strangers', () => {
  it.each([
    ['plus-addresses', (n: number) => `flooded+${n}@example.com`, 'flooded+'],
    ['dots where they mean nothing', (n: number) => `${withDots('somebody', n * 2)}@gmail.com`, '@gmail.com'],
    ['names of its domain', (n: number) => `${withDots('another', n * 2)}@${n % 2 ? 'googlemail' : 'gmail'}.com`, '@g'],
  ] as const)('reach a mailbox twenty times an hour, by whatever %s', async (_name, spell, part) => {
    const before = await countMails(part)
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(spell(index))))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(40)
    for (const { headers } of refused) expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await countMails(part)) - before).toBe(20)
    expect((await ask(newEmail())).status).toBe(303) // control: another mailbox
    advance(HOUR)
    expect((await ask(spell(0))).status, 'and an hour later it goes on').toBe(303)
  })

  it('count dots as another mailbox where they mean something', async () => {
    for (let n = 0; n < 20; n++) await ask(`dotted+${n}@example.com`)
    expect((await ask('dotted@example.com')).status).toBe(429)
    expect((await ask('d.otted@example.com')).status).toBe(303)
  })

  it('leave a network a hundred times an hour, whoever they are for', async () => {
    const from = (index: number) => ask(newEmail(), `2001:db8:7:7::${(index + 1).toString(16)}`)
    const answers = await Promise.all(Array.from({ length: 110 }, (_, index) => from(index)))
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(100)
    const refused = answers.find(({ status }) => status === 429)
    expect(Number(refused?.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await ask(newEmail(), '2001:db8:7:8::1')).status).toBe(303) // control: the network next to it
  })

  it('leave a network as often as the deployment says', async () => {
    const bindings = { ...env, SIGN_IN_CODES_PER_NETWORK: '10' }
    const narrow = new Browser(async (request) => app.fetch(request, bindings, createExecutionContext()), ISSUER)
    const statuses: number[] = []
    for (let i = 0; i < 11; i++) {
      const answer = await narrow.post('/sign-in', { email: newEmail() }, { 'CF-Connecting-IP': '203.0.113.99' })
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([...Array<number>(10).fill(303), 429])
  })
})

describe('invitations', () => {
  let owner: Developer
  beforeAll(async () => {
    owner = await Developer.signIn()
  })

  async function newOrganization(name = 'Acme') {
    const slug = `org-${crypto.randomUUID().slice(0, 8)}`
    const answer = await owner.call('POST', '/api/v1/organizations', { name, slug })
    return { ...answer, slug, path: `/api/v1/organizations/${answer.body.id}/invitations` }
  }

  it('are mailed three times a day to a mailbox by one organization, withdrawn or not, however it is spelt', async () => {
    const { path } = await newOrganization()
    const person = newEmail()
    const invite = (n: number) => owner.call('POST', path, { email: person.replace('@', `+${n}@`), role: 'member' })
    for (let n = 0; n < 3; n++) {
      const { status, body } = await invite(n)
      expect(status).toBe(201)
      await owner.call('DELETE', `${path}/${body.id}`)
    }
    const refused = await invite(3)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(DAY - 60)
    expect((await owner.call('POST', path, { email: newEmail(), role: 'member' })).status).toBe(201) // control
    advance(DAY)
    expect((await invite(4)).status).toBe(201)
  })

  it('are refused on the page with the same status, in words, and what was typed stays', async () => {
    const { path, slug } = await newOrganization()
    const person = newEmail()
    for (let n = 0; n < 3; n++) {
      const { body } = await owner.call('POST', path, { email: person.replace('@', `+${n}@`), role: 'member' })
      await owner.call('DELETE', `${path}/${body.id}`)
    }
    const { html } = await owner.browser.get(`/organizations/${slug}`)
    const form_token = /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
    const fields = { form_token, email: person, role: 'member' }
    const page = await owner.browser.post(`/organizations/${slug}/invitations`, fields)
    expect(page.status).toBe(429)
    expect(Number(page.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(page.html).toContain('Try again in 24 hours')
    expect(page.html).toContain(`value="${person}"`)
  })

  it.each(['Postern', 'P0stern security', 'Роstern', 'localhost:8787', 'Postern CLI'])(
    'do not go out in the name %s',
    async (name) => {
      const refused = await newOrganization(name)
      expect(refused.status).toBe(422)
      expect(refused.body.errors).toMatchObject([{ pointer: '/name' }])
      const { body } = await newOrganization('Acme')
      const at = `/api/v1/organizations/${body.id}`
      expect((await owner.call('PATCH', at, { name })).status).toBe(422)
      expect((await owner.call('PATCH', at, { name: 'Acme Labs' })).status).toBe(200) // control
    },
  )
})

describe('requests for an app', () => {
  let slug: string
  let path: string
  let owner: Developer
  let member: Developer
  let clientId: string
  const emails = { owner: '', member: '' }

  beforeEach(async () => {
    const world = await createWorld()
    clientId = world.app.clientId
    await changeByHand("UPDATE apps SET visibility = 'public' WHERE client_id = ?", clientId)
    emails.owner = `owner-${crypto.randomUUID()}@example.com`
    emails.member = `member-${crypto.randomUUID()}@example.com`
    owner = await Developer.signIn(emails.owner)
    member = await Developer.signIn(emails.member)
    slug = `org-${crypto.randomUUID().slice(0, 8)}`
    const { body } = await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })
    await member.join('member', body.id)
    await changeByHand("UPDATE organizations SET policy = 'approved' WHERE id = ?", body.id)
    path = `/api/v1/organizations/${body.id}`
  })

  /** The answer to the request, and how many mails it made. */
  async function askForAccess() {
    const before = await countMails(emails.owner)
    const form = await member.browser.get(`/organizations/${slug}/requests/new?client_id=${clientId}`)
    const { status } = await member.browser.submit(form, { reason: 'We write with it.' })
    return { status, mails: (await countMails(emails.owner)) - before }
  }

  async function decline() {
    const before = await countMails(emails.member)
    const [request] = (await owner.call('GET', `${path}/access-requests`)).body.items
    const at = `${path}/access-requests/${request?.id}/decision`
    const { status } = await owner.call('POST', at, { decision: 'declined' })
    return { status, mails: (await countMails(emails.member)) - before }
  }

  it('and their answers are mailed (control)', async () => {
    expect(await askForAccess()).toEqual({ status: 303, mails: 1 })
    expect(await decline()).toEqual({ status: 200, mails: 1 })
  })

  it('stand without a mail when a mailbox had too many, and so do their answers', async () => {
    const now = currentTime()
    for (const email of [emails.owner, emails.member]) {
      for (let n = 0; n < 20; n++) expect(await allowMailOf(env, `acc_${n}`, email, now)).toMatchObject({ ok: true })
    }
    expect(await askForAccess()).toEqual({ status: 303, mails: 0 })
    expect((await member.call('GET', `${path}/access-requests`)).body.items).toHaveLength(1)
    expect(await decline()).toEqual({ status: 200, mails: 0 })
    expect((await member.browser.get(`/organizations/${slug}/requests`)).html).toContain('declined')
  })

  it('stand without a mail when whoever asks caused too many', async () => {
    const now = currentTime()
    for (let n = 0; n < 60; n++) await allowMailOf(env, member.accountId, `${n}@example.org`, now)
    expect(await askForAccess()).toEqual({ status: 303, mails: 0 })
  })
})
