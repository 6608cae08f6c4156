import { beforeAll, describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { anApp, Developer } from '../support/workers/developer.ts'
import { fulfilPublicRequirements } from '../support/workers/publish.ts'

let victim: Developer
let attacker: Developer
beforeAll(async () => {
  victim = await Developer.signIn()
  attacker = await Developer.signIn()
  const { client_id } = await victim.registerApp({ client_name: 'Acme Mail', scopes: ['apps:read'] })
  await fulfilPublicRequirements(client_id, 'acme.example.com')
  expect((await victim.call('PATCH', `/api/v1/apps/${client_id}`, { visibility: 'public' })).status).toBe(200)
})

async function register(fields: object, who = attacker) {
  const { status, body } = await who.call('POST', '/api/v1/apps', anApp(fields))
  return { status, pointers: body.errors?.map(({ pointer }) => pointer) }
}

/** A private app of the attacker's that has all that a public one needs. */
async function prepared(clientName: string): Promise<string> {
  const { client_id } = await attacker.registerApp({ client_name: clientName, scopes: ['apps:read'] })
  await fulfilPublicRequirements(client_id, 'evil.example.com')
  return `/api/v1/apps/${client_id}`
}

describe('an app that takes the name of another', () => {
  it.each(['Acme Mail', 'ACME-MAIL', 'Acrne Mail', 'Ácme Mail'])('does not go public as %s', async (name) => {
    const path = await prepared(name)
    const refused = await attacker.call('PATCH', path, { visibility: 'public' })
    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([{ pointer: '/client_name', detail: expect.stringContaining('another app') }])

    const renamed = await attacker.call('PATCH', path, {
      visibility: 'public',
      client_name: `Honest ${name}`,
    })
    expect(renamed.status).toBe(200) // control
  })

  it('does not take it later, when it is public', async () => {
    const path = await prepared('An honest name')
    expect((await attacker.call('PATCH', path, { visibility: 'public' })).status).toBe(200)
    expect((await attacker.call('PATCH', path, { client_name: 'Acme  Mail' })).status).toBe(422)
    expect((await attacker.call('PATCH', path, { client_name: 'Another honest name' })).status).toBe(200)
  })

  it('may have it in private, where nobody else sees it, and in the same organization', async () => {
    expect((await register({ client_name: 'Acme Mail' })).status).toBe(201)
    expect((await register({ client_name: 'Acme Mail' }, victim)).status).toBe(201)
  })
})

describe('an app that poses as this service', () => {
  it.each([
    'Postern',
    'P0stern',
    'Postern Support',
    'Postern command line',
    'Pоstern',
    'localhost:8787',
    'Postеrn Login',
  ])('is not registered as %s, not even in private', async (client_name) => {
    expect(await register({ client_name })).toEqual({ status: 422, pointers: ['/client_name'] })
  })

  it.each([
    ['a mixed word', 'Рaypal'],
    ['an invisible character', 'Pay\u200bpal'],
    ['a soft hyphen', 'Pay\u00adpal'],
    ['a bidi override', '\u202elapyaP'],
  ])('nor with %s', async (_what, client_name) => {
    expect(await register({ client_name })).toEqual({ status: 422, pointers: ['/client_name'] })
  })

  it('nor renamed to it', async () => {
    const { client_id } = await attacker.registerApp()
    const path = `/api/v1/apps/${client_id}`
    expect((await attacker.call('PATCH', path, { client_name: 'Postern' })).status).toBe(422)
    expect((await attacker.call('PATCH', path, { client_name: 'Honest' })).status).toBe(200) // control
  })

  it('stands in no way of changing what had its name before', async () => {
    const { client_id } = await attacker.registerApp()
    await changeByHand(`UPDATE apps SET client_name = 'Postern' WHERE client_id = ?`, client_id)
    expect((await attacker.call('PATCH', `/api/v1/apps/${client_id}`, { contacts: ['a@example.com'] })).status).toBe(
      200,
    )
  })
})
