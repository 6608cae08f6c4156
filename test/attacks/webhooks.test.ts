import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { claimDueDeliveries } from '../../src/webhooks/deliveries-store.ts'
import { Tool } from '../support/workers/api-token.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
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

describe('the address of a webhook, in which people keep secrets', () => {
  const SECRET_URL = 'https://hooks.example.com/services/T00/secret-part'
  let person: Developer
  let webhooks: string
  beforeAll(async () => {
    person = await Developer.signIn()
    webhooks = `/api/v1/organizations/${await person.join('owner')}/webhooks`
  })
  const stored = (id: string) => env.DB.prepare('SELECT url FROM webhooks WHERE id = ?').bind(id).first<string>('url')
  const create = async () => (await person.call('POST', webhooks, { url: SECRET_URL })).body.id
  const shown = async (id: string) => ((await person.call('GET', `${webhooks}/${id}`)).body as unknown as Shown).url
  interface Shown {
    url: string | null
  }

  it('is read by nobody who gets hold of the database', async () => {
    const id = await create()
    const { results } = await env.DB.prepare('SELECT * FROM webhooks WHERE id = ?').bind(id).all()
    expect(JSON.stringify(results)).not.toContain('hooks.example.com')
    expect(await shown(id)).toBe(SECRET_URL) // control: those who may manage it see all of it
    const moved = 'https://hooks.example.com/services/T00/other-secret'
    await person.call('PATCH', `${webhooks}/${id}`, { url: moved })
    expect(await stored(id)).not.toContain('secret')
    expect(await shown(id)).toBe(moved)
  })

  it('does not open in the row of another webhook', async () => {
    const [id, other] = [await create(), await create()]
    await env.DB.prepare('UPDATE webhooks SET url = ? WHERE id = ?')
      .bind(await stored(id), other)
      .run()
    expect(await shown(other)).toBeNull()
    expect(await shown(id)).toBe(SECRET_URL) // control
    expect((await person.call('PATCH', `${webhooks}/${other}`, { url: SECRET_URL })).status).toBe(200)
    expect(await shown(other)).toBe(SECRET_URL)
  })

  it('that was stored in clear is wrapped as soon as somebody reads it', async () => {
    const id = await create()
    await env.DB.prepare('UPDATE webhooks SET url = ? WHERE id = ?').bind(SECRET_URL, id).run()
    expect(await shown(id)).toBe(SECRET_URL)
    expect(await stored(id)).toMatch(/^bound\./)
    expect(await shown(id)).toBe(SECRET_URL)
  })
})

describe('an organization with thousands of messages', () => {
  const now = 1_800_000_000
  const budget = { postsPerMinute: 50 }
  const quietOnes = ['quiet-1', 'quiet-2']
  beforeAll(async () => {
    await env.DB.prepare("UPDATE webhook_deliveries SET state = 'delivered'").run()
    const insertWebhook = env.DB.prepare(
      `INSERT INTO webhooks (id, organization_id, url, secret, created_at, state)
       VALUES (?1, ?2, 'https://siem.example.com/', 'of no use', 0, 'enabled')`,
    )
    const insertDeliveries = env.DB.prepare(
      `INSERT INTO webhook_deliveries (webhook_id, event_id, due_at, created_at)
       WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
       SELECT ?1, 'evt_' || n, ?3, 0 FROM numbers WHERE n <= ?2`,
    )
    await env.DB.batch(
      ['noisy', ...quietOnes].flatMap((name, index) => [
        env.DB.prepare('INSERT INTO organizations (id, name, slug, created_at) VALUES (?1, ?1, ?1, 0)').bind(name),
        insertWebhook.bind(`${name}-a`, name),
        insertWebhook.bind(`${name}-b`, name),
        insertDeliveries.bind(`${name}-a`, name === 'noisy' ? 10_000 : 2, index),
        insertDeliveries.bind(`${name}-b`, name === 'noisy' ? 10_000 : 0, index),
      ]),
    )
  })
  const count = (claimed: { webhookId: string }[], webhook: string) =>
    claimed.filter(({ webhookId }) => webhookId === webhook).length

  it('does not keep the two of another waiting, though its own are older', async () => {
    const claimed = await claimDueDeliveries(env.DB, budget, now, 12)
    for (const name of quietOnes) expect(count(claimed, `${name}-a`)).toBe(2)
    expect([count(claimed, 'noisy-a'), count(claimed, 'noisy-b')]).toEqual([4, 4]) // in turn over its own, too
  })

  it('takes no more of a minute than its budget has left', async () => {
    const used = env.DB.prepare('INSERT OR REPLACE INTO webhook_posts VALUES (?, ?, ?)')
    await used.bind('noisy', Math.floor(now / 60), 45).run()
    expect(await claimDueDeliveries(env.DB, budget, now, 1000)).toHaveLength(5)
    await used.bind('noisy', Math.floor(now / 60) - 1, 45).run() // control: the budget of the minute before
    expect(await claimDueDeliveries(env.DB, budget, now, 1000)).toHaveLength(50)
  })

  it('gets nothing sent while it is suspended, or for a webhook that is off', async () => {
    await env.DB.prepare("UPDATE webhooks SET state = 'disabled' WHERE id = 'noisy-a'").run()
    const claimed = await claimDueDeliveries(env.DB, budget, now, 1000)
    expect([count(claimed, 'noisy-a'), count(claimed, 'noisy-b')]).toEqual([0, 50])
    await changeByHand("UPDATE organizations SET suspended_at = 1 WHERE id = 'noisy'")
    expect(await claimDueDeliveries(env.DB, budget, now, 1000)).toEqual([])
    await changeByHand("UPDATE organizations SET suspended_at = NULL WHERE id = 'noisy'")
    expect(await claimDueDeliveries(env.DB, budget, now, 1000)).toHaveLength(50) // control
  })
})
