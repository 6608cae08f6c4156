import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tool } from '../support/workers/api-token.ts'
import { Developer } from '../support/workers/developer.ts'
import { createApi } from '../support/workers/world.ts'

const URL = 'https://siem.example.com/hooks'
let victim: Developer
let attacker: Developer
let organizationId: string
let webhookId: string
let eventId: string
/** The same, asked for through the attacker's own organization. */
let through: string

beforeAll(async () => {
  await createApi()
  victim = await Developer.signIn()
  attacker = await Developer.signIn()
  organizationId = await victim.join('owner')
  const { body } = await victim.call('POST', `/api/v1/organizations/${organizationId}/webhooks`, { url: URL })
  webhookId = body.id
  const deliveries = await victim.call(
    'GET',
    `/api/v1/organizations/${organizationId}/webhooks/${webhookId}/deliveries`,
  )
  eventId = (deliveries.body.items as unknown as { event_id: string }[])[0]?.event_id ?? ''
  through = `/api/v1/organizations/${await attacker.join('owner')}/webhooks`
})

describe("another organization's webhook", () => {
  it.each([
    ['GET', ''],
    ['PATCH', '', { url: 'https://evil.example/' }],
    ['DELETE', ''],
    ['POST', '/secret'],
    ['GET', '/deliveries'],
    ['POST', '/deliveries/:event_id/resend'],
  ] as const)('is not reached through an own one: %s %s', async (method, rest, body?) => {
    const path = `${webhookId}${rest.replace(':event_id', eventId)}`
    const before = await env.DB.prepare('SELECT * FROM webhooks WHERE id = ?').bind(webhookId).first()
    expect((await attacker.call(method, `${through}/${path}`, body)).status).toBe(404)
    expect(await env.DB.prepare('SELECT * FROM webhooks WHERE id = ?').bind(webhookId).first()).toEqual(before)
    const own = await victim.call('GET', `/api/v1/organizations/${organizationId}/webhooks/${webhookId}`)
    expect(own.status).toBe(200) // control
  })

  it('gets no message of what another organization does', async () => {
    const own = await attacker.call('POST', through, { url: URL })
    const app = await victim.registerApp({ organization_id: organizationId })
    await victim.call('PUT', `/api/v1/organizations/${organizationId}/decisions/${app.client_id}`, {
      decision: 'blocked',
    })
    const told = async (id: string) =>
      (
        await env.DB.prepare(
          'SELECT event FROM webhook_deliveries JOIN audit_events ON id = event_id WHERE webhook_id = ?',
        )
          .bind(id)
          .all<{ event: string }>()
      ).results.map(({ event }) => event)
    expect(await told(webhookId)).toContain('app.blocked') // control
    expect(await told(own.body.id)).toEqual(['webhook.created'])
  })
})

describe('a webhook takes the audit log elsewhere, so creating one', () => {
  it('needs its own scope: changing the organization is not enough', async () => {
    const webhooks = `/api/v1/organizations/${organizationId}/webhooks`
    const administers = await Tool.connect(victim, {
      scopes: ['organizations:write', 'audit:read'],
      organizations: [organizationId],
    })
    expect((await administers.call('POST', webhooks, { url: URL })).status).toBe(403)
    expect((await administers.call('GET', webhooks)).status).toBe(200) // control
    const sends = await Tool.connect(victim, { scopes: ['webhooks:write'], organizations: [organizationId] })
    expect((await sends.call('POST', webhooks, { url: URL })).status).toBe(201)
  })

  it('needs a recent sign-in', async () => {
    const person = await Developer.signIn()
    const webhooks = `/api/v1/organizations/${await person.join('owner')}/webhooks`
    const { body } = await person.call('POST', webhooks, { url: URL }) // control
    await env.DB.prepare('UPDATE sessions SET signed_in_at = signed_in_at - 3600 WHERE account_id = ?')
      .bind(person.accountId)
      .run()
    for (const [method, path, fields] of [
      ['POST', webhooks, { url: URL }],
      ['PATCH', `${webhooks}/${body.id}`, { url: 'https://evil.example/' }],
      ['POST', `${webhooks}/${body.id}/secret`, undefined],
    ] as const) {
      const refused = await person.call(method, path, fields)
      expect(refused).toMatchObject({ status: 403, body: { type: expect.stringContaining('sign-in-too-old') } })
    }
    expect((await person.call('GET', webhooks)).body.items).toMatchObject([{ url: URL }])
  })
})
