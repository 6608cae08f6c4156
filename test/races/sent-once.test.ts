import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser, Page } from '../support/browser.ts'
import { signInOver } from '../support/flow.ts'
import { startWorkerd, type Workerd } from '../support/server.ts'
import { CONTESTANTS, newEmail, race, tally } from './race.ts'

let running: Workerd
// Nothing listens on the discard port: what the webhooks are told stays here.
beforeAll(async () => {
  running = await startWorkerd({ DOH_RESOLVER: 'https://127.0.0.1:9/dns-query' })
})
afterAll(() => running?.stop())
const server = () => running

const FIVE_ROUNDS = { repeats: 4 }

const REGISTRATION = { client_name: 'Raced', redirect_uris: 'https://app.example.com/callback', refresh_token: 'yes' }
const secretOf = ({ html }: Page, kind: RegExp) => kind.exec(html)?.[0] ?? 'no secret'
const CLIENT_SECRET = /pst_secret_[\w-]+/

async function count(sql: string, ...values: string[]): Promise<number> {
  const { results } = await server()
    .database.prepare(sql)
    .bind(...values)
    .all()
  return results.length
}

/** Sends the same page from everywhere at once; everybody must be answered alike. */
async function sendAtOnce(browser: Browser, page: Page, fields: Record<string, string>): Promise<Page> {
  const answers = await race(() => browser.submit(page, fields))
  expect(tally(answers.map(({ status }) => status))).toEqual({ [answers[0]?.status ?? 0]: CONTESTANTS })
  expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
  expect(new Set(answers.map(({ html }) => html)).size).toBe(1)
  return answers[0]!
}

async function newOrganization(browser: Browser): Promise<string> {
  const slug = `raced-${randomUUID().slice(0, 13)}`
  await browser.submit(await browser.get('/organizations'), { name: 'Raced', slug })
  return slug
}

it('creates one organization of a form that is sent many times at once', FIVE_ROUNDS, async () => {
  const browser = await signInOver(server().origin, newEmail())
  const slug = `raced-${randomUUID().slice(0, 13)}`

  const answer = await sendAtOnce(browser, await browser.get('/organizations'), { name: 'Raced', slug })

  expect(answer).toMatchObject({ status: 303, location: `${server().origin}/organizations/${slug}` })
  expect(await count('SELECT 1 FROM organizations WHERE slug = ?', slug)).toBe(1)
})

it('registers one app, and creates one secret of it, and shows everybody the same', FIVE_ROUNDS, async () => {
  const browser = await signInOver(server().origin, newEmail())
  const registered = await sendAtOnce(browser, await browser.get('/developer/apps/new/server'), REGISTRATION)
  const clientId = secretOf(registered, /app_[\w-]{20}/)
  expect(registered.status).toBe(201)
  expect(secretOf(registered, CLIENT_SECRET)).toMatch(CLIENT_SECRET)

  const form = await browser.get(`/developer/apps/${clientId}/secrets`)
  const created = await sendAtOnce(browser, form, { name: 'Second' })

  expect(created.status).toBe(201)
  expect(secretOf(created, CLIENT_SECRET)).toMatch(CLIENT_SECRET)
  expect(secretOf(created, CLIENT_SECRET)).not.toBe(secretOf(registered, CLIENT_SECRET))
  expect(await count('SELECT 1 FROM app_secrets WHERE client_id = ?', clientId)).toBe(2)
})

it('creates one webhook, and one new secret of it', FIVE_ROUNDS, async () => {
  const browser = await signInOver(server().origin, newEmail())
  const slug = await newOrganization(browser)
  const form = await browser.get(`/organizations/${slug}/webhooks/new`)
  const created = await sendAtOnce(browser, form, { url: 'https://hooks.example.com/postern', told: 'all' })
  expect(created.status).toBe(201)
  const id = /webhooks\/(wh_[\w-]+|[\w-]{20,})"/.exec(created.html)?.[1] ?? ''

  const page = await browser.get(`/organizations/${slug}/webhooks/${id}/change`)
  const secretForm = page.html.slice(page.html.indexOf(`action="/organizations/${slug}/webhooks/${id}/secret"`) - 40)
  const renewed = await sendAtOnce(browser, { ...page, html: secretForm }, {})

  expect(renewed.status).toBe(201)
  expect(secretOf(renewed, /whsec_[\w+/=-]+/)).not.toBe(secretOf(created, /whsec_[\w+/=-]+/))
  const events = `SELECT 1 FROM audit_events JOIN organizations ON organizations.id = organization_id
                   WHERE slug = ? AND event LIKE 'webhook.%'`
  expect(await count(events, slug)).toBe(2)
})

it('sends one invitation, whose link is not ended by its own double', FIVE_ROUNDS, async () => {
  const browser = await signInOver(server().origin, newEmail())
  const slug = await newOrganization(browser)
  const email = newEmail()
  const page = await browser.get(`/organizations/${slug}`)
  const form = page.html.slice(page.html.indexOf(`action="/organizations/${slug}/invitations"`) - 40)

  await sendAtOnce(browser, { ...page, html: form }, { email, role: 'member' })

  expect(await count('SELECT 1 FROM invitations WHERE email = ?', email)).toBe(1)
})
