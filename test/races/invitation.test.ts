import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { signInOver } from '../support/flow.ts'
import { invitationPath } from '../support/invitation.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS, tally } from './race.ts'

const server = useWorkerd()

async function newOrganization() {
  const { origin } = server()
  const browser = await signInOver(origin, newEmail())
  const call = (method: string, path: string, body: object) =>
    browser.fetch(path, {
      method,
      headers: { Origin: origin, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  const created = await call('POST', '/api/v1/organizations', { name: 'Raced', slug: randomUUID() })
  const { id } = (await created.json()) as { id: string }
  return {
    id,
    browser,
    invite: (email: string) => call('POST', `/api/v1/organizations/${id}/invitations`, { email, role: 'admin' }),
  }
}

it('makes one membership of one invitation, however often it is accepted', TEN_ROUNDS, async () => {
  const { origin, database } = server()
  const { id, browser, invite } = await newOrganization()
  const email = newEmail()
  await invite(email)
  const link = await invitationPath(browser, email)
  const person = await signInOver(origin, email)
  const page = await person.get(link)

  const answers = await race(() => person.submit(page, {}))

  // Who came second is led to the organization, or told that it is over: no failure, whatever the order.
  expect(answers.filter(({ status }) => status !== 303 && status !== 404)).toEqual([])
  const count = async (sql: string) => (await database.prepare(sql).bind(id).all()).results.length
  expect(await count('SELECT 1 FROM members WHERE organization_id = ?')).toBe(2)
  expect(await count("SELECT 1 FROM audit_events WHERE organization_id = ? AND event = 'member.joined'")).toBe(1)
})

it('sends no more than twenty invitations, however many are asked for at once', async () => {
  const { invite } = await newOrganization()
  const answers = await race(() => invite(newEmail()))
  expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 20, 429: CONTESTANTS - 20 })
})

it('leaves one open invitation of many to the same address, and mails it once', async () => {
  const { id, invite } = await newOrganization()
  const email = newEmail()
  const answers = await race(() => invite(email), 20)
  const { results } = await server()
    .database.prepare('SELECT 1 FROM invitations WHERE organization_id = ? AND withdrawn_at IS NULL')
    .bind(id)
    .all()
  expect(results).toHaveLength(1)
  const mails = await server().database.prepare('SELECT 1 FROM dev_outbox WHERE "to" = ?').bind(email).all()
  expect(mails.results).toHaveLength(1)
  // An organization writes three times a day to one mailbox: more who begin at once hear that, and mail nothing.
  const { 201: made = 0, 429: refused = 0 } = tally(answers.map(({ status }) => status))
  expect(made).toBeGreaterThanOrEqual(3)
  expect(made + refused).toBe(20)
})
