import { beforeAll, expect, it } from 'vitest'
import { discover, Integration } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'
import { createWorld, ISSUER, transport } from '../support/workers/world.ts'

const REDIRECT_URI = 'http://127.0.0.1:49152/callback'

/** The command-line app that schema.sql registers for the operators. */
let cli: Integration
beforeAll(async () => {
  const registration = { clientId: 'postern-cli', clientSecret: null, redirectUri: REDIRECT_URI }
  cli = new Integration(transport, await discover(transport, ISSUER), registration)
})

async function newMember(policy: 'open' | 'approved') {
  const person = await Developer.signIn()
  const organizationId = await person.join('developer')
  await changeByHand('UPDATE organizations SET policy = ? WHERE id = ?', policy, organizationId)
  return { person, organizationId }
}

async function consentPageOf(integration: Integration, person: Developer): Promise<string> {
  const { path } = await integration.begin({ prompt: 'consent' })
  return (await person.browser.get(path)).html
}

function isOffered(html: string, organizationId: string): boolean {
  const box = new RegExp(`<input[^>]*value="${organizationId}"[^>]*>`).exec(html)?.[0]
  return box !== undefined && !box.includes('disabled')
}

it('lets a first-party app into an organization that approves each app', async () => {
  const { person, organizationId } = await newMember('approved')
  expect(isOffered(await consentPageOf(cli, person), organizationId)).toBe(true)
})

it('lets no other app in there', async () => {
  const { person, organizationId } = await newMember('approved')
  const { integration, app } = await createWorld()
  await changeByHand("UPDATE apps SET visibility = 'public' WHERE client_id = ?", app.clientId)
  expect(isOffered(await consentPageOf(integration, person), organizationId)).toBe(false)

  const open = await newMember('open') // control
  expect(isOffered(await consentPageOf(integration, open.person), open.organizationId)).toBe(true)
})

it('lets a first-party app be blocked like any other', async () => {
  const { person, organizationId } = await newMember('open')
  expect(isOffered(await consentPageOf(cli, person), organizationId)).toBe(true) // control
  await changeByHand(
    `INSERT INTO app_decisions (organization_id, client_id, decision, decided_by, decided_at)
     VALUES (?, 'postern-cli', 'blocked', ?, 0)`,
    organizationId,
    person.accountId,
  )
  expect(isOffered(await consentPageOf(cli, person), organizationId)).toBe(false)
})

it('asks for consent like any other app', async () => {
  const { person } = await newMember('open')
  const html = await consentPageOf(cli, person)
  expect(html).toContain('Postern command line')
  expect(html).toContain('name="decision"')
})
