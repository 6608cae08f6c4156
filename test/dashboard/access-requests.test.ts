import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mailsTo } from '../support/invitation.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer, ORIGIN } from '../support/workers/developer.ts'
import { createWorld, type World } from '../support/workers/world.ts'

let world: World
let owner: Developer
let admin: Developer
let member: Developer
let slug: string
let organizationId: string
let path: string
const emails = { owner: '', admin: '', member: '' }

beforeAll(async () => {
  world = await createWorld()
  await changeByHand("UPDATE apps SET visibility = 'public' WHERE client_id = ?", world.app.clientId)
  const developer = await Developer.signIn()
  for (let count = 0; count < 10; count++) await developer.registerApp()
})

async function person(name: keyof typeof emails): Promise<Developer> {
  emails[name] = `${name}-${crypto.randomUUID()}@example.com`
  return Developer.signIn(emails[name])
}

beforeEach(async () => {
  owner = await person('owner')
  admin = await person('admin')
  member = await person('member')
  slug = `org-${crypto.randomUUID().slice(0, 8)}`
  organizationId = (await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })).body.id
  await admin.join('admin', organizationId)
  await member.join('member', organizationId)
  await changeByHand("UPDATE organizations SET policy = 'approved' WHERE id = ?", organizationId)
  path = `/api/v1/organizations/${organizationId}/access-requests`
})

const decodeHref = (text: string) => text.replaceAll('&amp;', '&')

/** From the consent page, as a person would. */
async function ask(who = member, reason = 'We write with it.') {
  const { path: authorization } = await world.integration.begin()
  const consent = await who.browser.get(authorization)
  const href = decodeHref(/href="(\/organizations\/[^"]+\/requests\/new[^"]+)"/.exec(consent.html)?.[1] ?? '')
  const form = await who.browser.get(href)
  return { authorization, consent, form, answer: await who.browser.submit(form, { reason }) }
}

const decide = (who: Developer, id: string, decision: string, note?: string) =>
  who.call('POST', `${path}/${id}/decision`, {
    decision,
    ...(decision === 'approved' && { scope_ceiling: null }),
    ...(note && { note }),
  })

async function asked(): Promise<string> {
  await ask()
  return (await owner.call('GET', `${path}?state=open`)).body.items[0]?.id ?? ''
}

const onePerson = async (name: keyof typeof emails) =>
  (await mailsTo(owner.browser, emails[name])).filter(({ subject }) => !subject.includes('your code'))

describe('a member whom the consent page refuses', () => {
  it('sees who decides, asks with a reason, and finds the way back', async () => {
    const { authorization, consent, form, answer } = await ask()
    expect(consent.html).toContain('Only approved apps are allowed.')
    expect(consent.html).toContain(`decide: ${emails.owner}, ${emails.admin}.`)
    expect(form.status).toBe(200)
    expect(answer.status).toBe(303)
    const sent = await member.browser.get(answer.location ?? '')
    expect(sent.html).toContain('Your request was sent')
    const back = decodeHref(/href="(\/authorize[^"]+)"/.exec(sent.html)?.[1] ?? '')
    expect(new URLSearchParams(back.split('?')[1])).toEqual(new URLSearchParams(authorization.split('?')[1]))
    expect((await member.browser.get(back)).html).toContain('In which organizations?')
  })

  it('reaches every owner and administrator by mail, and the queue', async () => {
    await ask()
    for (const name of ['owner', 'admin'] as const) {
      const [mail] = await onePerson(name)
      expect(mail?.subject).toBe(`${emails.member} asks for Test app in Acme`)
      expect(mail?.text).toContain('    > We write with it.')
      expect(mail?.text).toContain(`${ORIGIN}/organizations/${slug}/requests`)
    }
    expect(await onePerson('member')).toEqual([])
    expect((await admin.call('GET', path)).body.items).toMatchObject([
      { client_id: world.app.clientId, email: emails.member, reason: 'We write with it.', state: 'open' },
    ])
    const queue = await admin.browser.get(`/organizations/${slug}/requests`)
    expect(queue.html).toContain('We write with it.')
    expect(queue.html).toContain('value="approved"')
  })

  it('asks again with another reason, and nobody is mailed twice', async () => {
    await ask()
    const { form } = await ask(member, 'Only this tool can.')
    expect(form.html).toContain('You have asked already')
    expect(form.html).toContain('We write with it.')
    expect((await owner.call('GET', path)).body.items).toMatchObject([{ reason: 'Only this tool can.' }])
    expect(await onePerson('owner')).toHaveLength(1)
  })

  it.each([
    ['', 422],
    ['a'.repeat(500), 303],
    ['a'.repeat(501), 422],
  ])('writes a reason of bounded length: %#', async (reason, status) => {
    const { answer } = await ask(member, reason)
    expect(answer.status).toBe(status)
    if (status === 422) expect(answer.html).toContain('id="reason-problem"')
  })

  it('asks for at most ten apps at a time', async () => {
    await env.DB.batch(
      Array.from({ length: 10 }, (_, index) =>
        env.DB.prepare(
          `INSERT INTO access_requests (id, organization_id, client_id, account_id, reason, created_at)
           SELECT ?1, ?2, client_id, ?3, 'x', 0 FROM apps ORDER BY client_id = ?4, client_id LIMIT 1 OFFSET ?5`,
        ).bind(crypto.randomUUID(), organizationId, member.accountId, world.app.clientId, index),
      ),
    )
    const { answer } = await ask()
    expect(answer.status).toBe(422)
    expect(answer.html).toContain('ten apps')
    await env.DB.prepare(
      "UPDATE access_requests SET state = 'declined' WHERE id = (SELECT min(id) FROM access_requests WHERE account_id = ?)",
    )
      .bind(member.accountId)
      .run()
    expect((await ask()).answer.status).toBe(303) // control: nine
  })

  it('cannot ask where the app is allowed', async () => {
    await changeByHand("UPDATE organizations SET policy = 'open' WHERE id = ?", organizationId)
    const page = await member.browser.get(`/organizations/${slug}/requests/new?client_id=${world.app.clientId}`)
    expect(page.html).toContain('Acme allows this app')
    expect(page.html).not.toContain('name="reason"')
  })

  it('is led back to our own pages only', async () => {
    const query = `client_id=${world.app.clientId}&return_to=${encodeURIComponent('https://evil.example/')}`
    const page = await member.browser.get(`/organizations/${slug}/requests/new?${query}`)
    expect(page.status).toBe(200)
    expect(page.html).not.toContain('evil.example')
  })
})

describe('an administrator', () => {
  it('approves: the app may be connected, and the member is told', async () => {
    const id = await asked()
    expect((await decide(admin, id, 'approved', 'Fine with us.')).body).toMatchObject({
      state: 'approved',
      note: 'Fine with us.',
      decided_by: admin.accountId,
    })
    const decisions = await member.call('GET', `/api/v1/organizations/${organizationId}/decisions`)
    expect(decisions.body.items).toMatchObject([{ client_id: world.app.clientId, decision: 'approved' }])
    const { path: authorization } = await world.integration.begin()
    expect((await member.browser.get(authorization)).html).not.toContain('Only approved apps')
    const [mail] = await onePerson('member')
    expect(mail?.subject).toBe('Test app in Acme: approved')
    expect(mail?.text).toContain('    > Fine with us.')
  })

  it('declines: nothing is decided about the app, and the member is told', async () => {
    const id = await asked()
    expect((await decide(owner, id, 'declined', 'Use ours.')).body).toMatchObject({ state: 'declined' })
    const decisions = await member.call('GET', `/api/v1/organizations/${organizationId}/decisions`)
    expect(decisions.body.items).toEqual([])
    expect((await onePerson('member')).map(({ subject }) => subject)).toEqual(['Test app in Acme: declined'])
    expect((await decide(owner, id, 'approved')).status).toBe(409)
  })

  it.each([
    ['approved', 'approved'],
    ['blocked', 'declined'],
  ])('answers everybody by deciding on the app elsewhere: %s', async (decision, state) => {
    await ask()
    const second = await Developer.signIn(`second-${slug}@example.com`)
    await second.join('member', organizationId)
    await ask(second)
    const at = `/api/v1/organizations/${organizationId}/decisions/${world.app.clientId}`
    const body = { decision, ...(decision === 'approved' && { scope_ceiling: null }) }
    expect((await owner.call('PUT', at, body)).status).toBe(200)
    const { items } = (await owner.call('GET', path)).body
    expect(items).toMatchObject([{ state }, { state }])
    expect((await onePerson('member')).map(({ subject }) => subject)).toEqual([`Test app in Acme: ${state}`])
    expect((await mailsTo(owner.browser, `second-${slug}@example.com`))[0]?.subject).toBe(`Test app in Acme: ${state}`)
    await owner.call('PUT', at, body)
    expect(await onePerson('member')).toHaveLength(1) // told once
  })

  const decisionOnApp = async () =>
    (await owner.call('GET', `/api/v1/organizations/${organizationId}/decisions`)).body.items[0]

  it('approves within limits', async () => {
    const answer = `${path}/${await asked()}/decision`
    const limits = { scope_ceiling: ['projects:read'], expires_at: 4_000_000_000 }
    const declined = await owner.call('POST', answer, { decision: 'declined', ...limits })
    expect(declined.status).toBe(422)
    expect(declined.body.errors.map(({ pointer }) => pointer)).toEqual(['/scope_ceiling', '/expires_at'])
    expect(
      (await owner.call('POST', answer, { decision: 'approved', scope_ceiling: null, expires_at: 1 })).status,
    ).toBe(422)
    expect((await owner.call('POST', answer, { decision: 'approved', ...limits })).status).toBe(200)
    expect(await decisionOnApp()).toMatchObject({ decision: 'approved', ...limits })
  })

  it('approves within limits on the page of the queue, which remembers those of before', async () => {
    await asked()
    const requests = `/organizations/${slug}/requests`
    const queue = await admin.browser.get(requests)
    const wrong = await admin.browser.submit(queue, { decision: 'approved', expires_on: '2001-01-01' })
    expect(wrong.html).toContain('The expiry is in the past.')
    await admin.browser.submit(queue, { decision: 'approved', scope: ['projects:read'], expires_on: '2090-01-31' })
    const expires_at = Date.parse('2090-02-01T00:00:00Z') / 1000 - 1
    expect(await decisionOnApp()).toMatchObject({ scope_ceiling: ['projects:read'], expires_at })

    await changeByHand('UPDATE app_decisions SET expires_at = 1 WHERE organization_id = ?', organizationId)
    await ask()
    const boxes = (await admin.browser.get(requests)).html.match(/<input type="checkbox"[^>]*>/g)
    expect(boxes).toEqual([
      expect.stringMatching(/value="projects:read" checked/),
      expect.not.stringContaining('checked'),
    ])
  })

  it('answers on the page of the queue', async () => {
    const id = await asked()
    const queue = await admin.browser.get(`/organizations/${slug}/requests`)
    const answer = await admin.browser.submit(queue, { decision: 'declined', note: 'Not now.' })
    expect(answer.location).toBe(`${ORIGIN}/organizations/${slug}/requests`)
    const shown = await member.browser.get(`/organizations/${slug}/requests`)
    expect(shown.html).toContain('Not now.')
    const again = await admin.browser.submit(queue, { decision: 'approved' })
    expect(again.status).toBe(409)
    expect((await owner.call('GET', path)).body.items).toMatchObject([{ id, state: 'declined' }])
  })
})

it('shows members their own requests only', async () => {
  await ask()
  const other = await Developer.signIn()
  await other.join('developer', organizationId)
  expect((await member.call('GET', path)).body.items).toHaveLength(1)
  expect((await other.call('GET', path)).body.items).toEqual([])
  expect((await other.browser.get(`/organizations/${slug}/requests`)).html).not.toContain('We write with it.')
})

it('lists by pages and state', async () => {
  await ask()
  await ask(admin)
  const first = (await owner.call('GET', `${path}?limit=1&state=open`)).body
  const second = (await owner.call('GET', `${path}?limit=1&state=open&cursor=${first.next_cursor}`)).body
  expect(second.next_cursor).toBeNull()
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(2)
  expect((await owner.call('GET', `${path}?state=declined`)).body.items).toEqual([])
  expect((await owner.call('GET', `${path}?state=unknown`)).status).toBe(400)
})

it('shows the queue by pages', async () => {
  const insert = env.DB.prepare(
    `INSERT INTO access_requests (id, organization_id, client_id, account_id, reason, created_at)
     SELECT ?1, ?2, client_id, ?3, ?1, ?4 FROM apps ORDER BY client_id LIMIT 1 OFFSET ?5`,
  )
  const rows = Array.from({ length: 22 }, (_, index) => {
    const who = [owner, admin, member][index % 3] ?? member
    return insert.bind(`req_${index}_${slug}`, organizationId, who.accountId, index, Math.floor(index / 3))
  })
  await env.DB.batch(rows)
  const first = await owner.browser.get(`/organizations/${slug}/requests`)
  const [, href = ''] = /href="([^"]+)">Older requests/.exec(first.html) ?? []
  const second = await owner.browser.get(href)
  const shown = [first, second].map(({ html }) => [...html.matchAll(/req_\d+_/g)].map(([reason]) => reason))
  expect(new Set(shown[0]).size).toBe(20)
  expect([...new Set(shown[1])].sort()).toEqual(['req_0_', 'req_1_'])
  expect(second.html).not.toContain('Older requests')
})

it('writes who asked and who declined into the audit log', async () => {
  const id = await asked()
  await decide(admin, id, 'declined', 'Use ours.')
  await ask()
  const open = (await owner.call('GET', `${path}?state=open`)).body.items[0]?.id ?? ''
  await decide(admin, open, 'approved')
  const { results } = await env.DB.prepare(
    `SELECT event, actor, account_id, client_id, reason FROM audit_events
      WHERE organization_id = ? AND event IN ('access.requested', 'access.declined', 'app.approved') ORDER BY rowid`,
  )
    .bind(organizationId)
    .all()
  const [asker, by, clientId] = [member.accountId, admin.accountId, world.app.clientId]
  const request = { event: 'access.requested', actor: asker, account_id: asker, client_id: clientId }
  expect(results).toEqual([
    { ...request, reason: 'We write with it.' },
    // Asked again within the hour: one event is enough.
    { event: 'access.declined', actor: by, account_id: asker, client_id: clientId, reason: 'Use ours.' },
    { event: 'app.approved', actor: by, account_id: null, client_id: clientId, reason: null },
  ])
})

it('lets nobody fill the log by asking again', async () => {
  for (let i = 0; i < 20; i++) await ask(member, `Because, for the time number ${i}.`)
  const count = await env.DB.prepare(
    "SELECT count(*) AS n FROM organization_events WHERE organization_id = ? AND event = 'access.requested'",
  )
    .bind(organizationId)
    .first('n')
  expect(count).toBe(1)
  expect((await owner.call('GET', `${path}?state=open`)).body.items).toMatchObject([
    { reason: 'Because, for the time number 19.' }, // control: the newest reason is what is read
  ])
})
