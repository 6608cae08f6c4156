import { describe, expect, it } from 'vitest'
import { Browser, type Page } from '../support/browser.ts'
import { answerConsent } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect } from '../support/workers/connect.ts'
import { fulfilPublicRequirements } from '../support/workers/publish.ts'
import { createWorld, ISSUER, newBrowser, SETTINGS, transport, type World } from '../support/workers/world.ts'

/** Each ends an authorization request before anybody was asked. */
const ERRORS: [string, Record<string, string>][] = [
  ['unsupported_response_type', { response_type: 'token' }],
  ['invalid_request', { code_challenge: '' }],
  ['invalid_request', { response_mode: 'fragment' }],
  ['invalid_scope', { scope: 'projects:burn' }],
  ['invalid_target', { resource: 'https://unknown.example' }],
  ['request_not_supported', { request: 'e30.e30.' }],
  ['request_uri_not_supported', { request_uri: 'https://evil.example/object' }],
]
const EVIL = { ...SETTINGS, client_name: 'Prize draw', redirect_uris: ['https://evil.example/phish'] }
const nobody = () => new Browser(transport, ISSUER)

function expectHeld(page: Page, error: string): void {
  expect(page.status).toBe(400)
  expect(page.location).toBeNull()
  expect(page.html).toContain(error)
  // The person sees where the link leads before they follow it.
  expect(page.html).toMatch(
    /<a class="button" href="https:\/\/evil\.example\/phish\?error=[^"]+"[^>]*>Go to evil\.example</,
  )
}

async function goPublic({ app }: World): Promise<void> {
  await fulfilPublicRequirements(app.clientId, 'evil.example')
  await changeByHand("UPDATE apps SET visibility = 'public' WHERE client_id = ?", app.clientId)
}

describe.each(ERRORS)('a link of ours with %s (%o)', (error, parameters) => {
  it("does not send a stranger's browser to an app that anybody could have registered", async () => {
    const world = await createWorld(EVIL)
    const { path } = await world.integration.begin(parameters)
    expectHeld(await nobody().get(path), error)
    expectHeld(await (await newBrowser()).get(path), error)

    const { location } = await world.browser.get(path) // control: its own organization hears of it
    expect(new URL(location ?? '').searchParams.get('error')).toBe(error)
  })
})

it('prompt=none sends nobody away either', async () => {
  const world = await createWorld(EVIL)
  const { path } = await world.integration.begin({ prompt: 'none' })
  expectHeld(await nobody().get(path), 'login_required')
  expectHeld(await (await newBrowser()).get(path), 'access_denied')
})

it('sends back whoever connected the app before, and no longer when they disconnected it', async () => {
  const world = await createWorld(EVIL)
  await goPublic(world)
  const person = await newBrowser()
  const tokens = await connect(person, world.integration)
  await changeByHand('UPDATE apps SET publisher_domain = NULL WHERE client_id = ?', world.app.clientId)
  const { path } = await world.integration.begin({ response_type: 'token' })
  expect((await person.get(path)).status).toBe(303)
  expectHeld(await (await newBrowser()).get(path), 'unsupported_response_type') // control

  await world.integration.revoke(tokens.refresh_token ?? '')
  expectHeld(await person.get(path), 'unsupported_response_type')
})

it('sends browsers to a public app with a verified publisher, and to our own apps (control)', async () => {
  const world = await createWorld(EVIL)
  const { path } = await world.integration.begin({ response_type: 'token' })
  await goPublic(world)
  expect((await nobody().get(path)).status).toBe(303)
  await changeByHand(
    "UPDATE apps SET visibility = 'private', publisher_domain = NULL WHERE client_id = ?",
    world.app.clientId,
  )
  expectHeld(await nobody().get(path), 'unsupported_response_type')
  await changeByHand('UPDATE apps SET first_party = 1 WHERE client_id = ?', world.app.clientId)
  expect((await nobody().get(path)).status).toBe(303)
})

it('sends a person who pressed Deny back, whoever made the app (control)', async () => {
  const world = await createWorld(EVIL)
  await goPublic(world)
  await changeByHand('UPDATE apps SET publisher_domain = NULL WHERE client_id = ?', world.app.clientId)
  const person = await newBrowser()
  const page = await person.get((await world.integration.begin()).path)
  const { location } = await answerConsent(person, page, { decision: 'deny' })
  expect(new URL(location ?? '').searchParams.get('error')).toBe('access_denied')
})
