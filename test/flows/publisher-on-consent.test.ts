import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import type { Browser, Page } from '../support/browser.ts'
import type { Integration } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect } from '../support/workers/connect.ts'
import { createWorld, SETTINGS, type World } from '../support/workers/world.ts'

const WITHOUT_SENSITIVE = { ...SETTINGS, optional_scopes: [] }

async function open(browser: Browser, integration: Integration): Promise<Page> {
  return browser.get((await integration.begin()).path)
}

async function setMark({ app }: World, domain: string | null): Promise<void> {
  await changeByHand('UPDATE apps SET publisher_domain = ? WHERE client_id = ?', domain, app.clientId)
}

async function setCheck({ app }: World, state: 'pending' | 'verified' | 'failed', verifiedAt: number | null) {
  await env.DB.prepare(
    `INSERT INTO publisher_checks (client_id, domain, code, state, started_at, verified_at)
     VALUES (?, 'known.example', 'code', ?, 0, ?)`,
  )
    .bind(app.clientId, state, verifiedAt)
    .run()
}

it('warns of a publisher that is not verified', async () => {
  const { browser, integration } = await createWorld()
  expect((await open(browser, integration)).html).toContain('not verified')
})

it('names the domain of a verified one', async () => {
  const world = await createWorld()
  await setMark(world, 'known.example')
  await setCheck(world, 'verified', 1)
  const { html } = await open(world.browser, world.integration)
  expect(html).toContain('Publisher verified: known.example')
  expect(html).not.toContain('not verified')
  expect(html).not.toContain('not any more')
})

it('says so when the app is one of this service itself', async () => {
  const { browser, integration, app } = await createWorld()
  await changeByHand('UPDATE apps SET first_party = 1 WHERE client_id = ?', app.clientId)
  const { html } = await open(browser, integration)
  expect(html).toContain('An app of this service itself')
  expect(html).not.toContain('not verified')
})

it('tells of a domain that is not verified any more', async () => {
  const world = await createWorld()
  await setCheck(world, 'failed', 1)
  const { html } = await open(world.browser, world.integration)
  expect(html).toMatch(/was verified as <strong>known\.example<\/strong>, and is not any more/)
})

it('does not tell of one that never was', async () => {
  const world = await createWorld()
  await setCheck(world, 'failed', null)
  expect((await open(world.browser, world.integration)).html).not.toContain('not any more')
})

it('asks again for what was allowed, once the mark is lost', async () => {
  const world = await createWorld(WITHOUT_SENSITIVE)
  await setMark(world, 'known.example')
  await connect(world.browser, world.integration)
  expect((await open(world.browser, world.integration)).location).toContain('code=') // control: not asked
  await setMark(world, null)
  const asked = await open(world.browser, world.integration)
  expect(asked.status).toBe(200)
  expect(asked.html).toContain('not verified')
})

it('shows our own copy of the logo, and no other picture', async () => {
  const world = await createWorld()
  await changeByHand(
    'UPDATE apps SET logo_uri = ?, logo_hash = ? WHERE client_id = ?',
    'https://app.example/logo.png',
    'aGFzaA',
    world.app.clientId,
  )
  const { html, headers } = await open(world.browser, world.integration)
  expect(html).toContain('src="/logos/aGFzaA"')
  expect(html).not.toContain('app.example/logo.png')
  expect(headers.get('Content-Security-Policy')).toContain("img-src 'self'")
})
