import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { AUDIT_EVENT_NAMES, ORGANIZATION_EVENTS } from '../../src/audit/events.ts'
import { Developer } from '../support/workers/developer.ts'
import { createApi } from '../support/workers/world.ts'

interface Delivery {
  event_id: string
  event: string
}

let owner: Developer
let webhooks: string
beforeAll(async () => {
  await createApi()
  owner = await Developer.signIn()
})

const URL = 'https://siem.example.com/hooks/postern?key=part-of-the-address'

async function newOrganization(): Promise<string> {
  const { body } = await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug: crypto.randomUUID() })
  webhooks = `/api/v1/organizations/${body.id}/webhooks`
  return body.id
}

describe('the webhooks of an organization', () => {
  it('are created, listed, changed and deleted', async () => {
    await newOrganization()
    const created = await owner.call('POST', webhooks, { url: URL, events: ['app.blocked', 'app.blocked'] })
    expect(created).toMatchObject({ status: 201, body: { url: URL, events: ['app.blocked'], failing: 0 } })
    const path = `${webhooks}/${created.body.id}`

    const { secret: _secret, ...shown } = created.body as unknown as { secret: string }
    expect((await owner.call('GET', path)).body).toEqual(shown)
    expect((await owner.call('GET', webhooks)).body.items).toEqual([shown])

    const elsewhere = await owner.call('PATCH', path, { url: 'https://other.example.com/' })
    expect(elsewhere.body).toEqual({ ...shown, url: 'https://other.example.com/' })
    expect((await owner.call('PATCH', path, { events: null })).body).toMatchObject({ events: null })

    expect((await owner.call('DELETE', path)).status).toBe(204)
    expect((await owner.call('GET', webhooks)).body.items).toEqual([])
    expect((await owner.call('GET', path)).status).toBe(404)
  })

  it('are audited by their host: the rest of an address may be a secret', async () => {
    const organizationId = await newOrganization()
    const { body } = await owner.call('POST', webhooks, { url: URL })
    await owner.call('POST', `${webhooks}/${body.id}/secret`)
    await owner.call('PATCH', `${webhooks}/${body.id}`, { events: ['app.blocked'] })
    await owner.call('PATCH', `${webhooks}/${body.id}`, { events: ['app.blocked'] })
    await owner.call('DELETE', `${webhooks}/${body.id}`)
    const { results } = await env.DB.prepare(
      "SELECT event, reason FROM audit_events WHERE organization_id = ? AND event LIKE 'webhook.%' ORDER BY event",
    )
      .bind(organizationId)
      .all()
    const events = ['webhook.created', 'webhook.deleted', 'webhook.secret_created', 'webhook.updated']
    expect(results).toEqual(events.map((event) => ({ event, reason: 'siem.example.com' })))
  })

  it('have a secret that is shown once and kept wrapped', async () => {
    await newOrganization()
    const { body } = await owner.call('POST', webhooks, { url: URL })
    const { secret } = body as unknown as { secret: string }
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const row = await env.DB.prepare('SELECT * FROM webhooks WHERE id = ?').bind(body.id).first()
    expect(JSON.stringify(row)).not.toContain(secret.slice('whsec_'.length, -4))
    expect(JSON.stringify((await owner.call('GET', webhooks)).body)).not.toContain('whsec_')
    const { results } = await env.DB.prepare('SELECT * FROM audit_events').all()
    expect(JSON.stringify(results)).not.toContain('whsec_')
  })

  it('are ten at most', async () => {
    await newOrganization()
    for (let n = 0; n < 10; n++) expect((await owner.call('POST', webhooks, { url: `${URL}${n}` })).status).toBe(201)
    expect(await owner.call('POST', webhooks, { url: URL })).toMatchObject({
      status: 409,
      body: { detail: 'An organization has at most 10 webhooks: delete one first.' },
    })
    expect((await owner.call('GET', webhooks)).body.items).toHaveLength(10)
  })

  it.each([
    ['http://siem.example.com/', 'The address must start with https://.'],
    ['https://siem.example.com:8443/', 'Only port 443 is allowed.'],
    ['https://127.0.0.1/', 'The address names an IP address; use a domain name.'],
    ['https://[::1]/', 'The address names an IP address; use a domain name.'],
    ['https://localhost/', 'The host is a single word; use a full domain name.'],
    ['https://metadata.google.internal/', 'The host is for private networks; use a public domain name.'],
    ['https://admin@siem.example.com/', 'The address holds no user name and no password.'],
    ['nothing', 'This is not an address.'],
    [`https://siem.example.com/${'a'.repeat(2000)}`, 'An address has at most 2000 characters.'],
  ])('are refused at %.40s', async (url, detail) => {
    await newOrganization()
    const refused = await owner.call('POST', webhooks, { url })
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/url', detail }] } })
    expect((await owner.call('GET', webhooks)).body.items).toEqual([])
  })

  it.each([
    [[], 'Choose at least one event'],
    [['key.rotated'], 'Invalid option'],
    ['app.blocked', 'This must be a list of events.'],
  ])('are refused for the events %j', async (events, detail) => {
    await newOrganization()
    const { status, body } = await owner.call('POST', webhooks, { url: URL, events })
    expect(status).toBe(422)
    expect(body.errors[0]?.pointer).toMatch(/^\/events/)
    expect(body.errors[0]?.detail).toContain(detail)
  })

  it('list what they were told by pages, and by state', async () => {
    const organizationId = await newOrganization()
    const { body } = await owner.call('POST', webhooks, { url: URL })
    const app = await owner.registerApp()
    for (const decision of ['approved', 'blocked', 'approved']) {
      await owner.call('PUT', `/api/v1/organizations/${organizationId}/decisions/${app.client_id}`, {
        decision,
        ...(decision === 'approved' && { scope_ceiling: null }),
      })
    }
    const deliveries = `${webhooks}/${body.id}/deliveries`
    const list = async (query = '') => {
      const { body: page } = await owner.call('GET', deliveries + query)
      return { items: page.items as unknown as Delivery[], next: page.next_cursor }
    }
    const { items: all } = await list()
    const told = ['app.approved', 'app.approved', 'app.blocked', 'webhook.created']
    expect(all.map(({ event }) => event).toSorted()).toEqual(told)

    const first = await list('?limit=3')
    const second = await list(`?limit=3&cursor=${first.next}`)
    expect([...first.items, ...second.items]).toEqual(all)
    expect(second.next).toBeNull()
    await env.DB.prepare("UPDATE webhook_deliveries SET state = 'failed' WHERE webhook_id = ? AND event_id = ?")
      .bind(body.id, all[0]?.event_id)
      .run()
    const failed = await list('?state=failed')
    expect(failed.items).toMatchObject([{ event_id: all[0]?.event_id, state: 'failed', next_attempt_at: null }])
  })
})

it('offers each event that an organization can see, and none of the deployment', () => {
  const others = AUDIT_EVENT_NAMES.filter((event) => !ORGANIZATION_EVENTS.includes(event))
  expect(others).toEqual([
    'account.suspended',
    'account.resumed',
    'account.erased',
    'organization.closed',
    'resource.created',
    'resource.updated',
    'resource.secret_created',
    'scope.created',
    'scope.updated',
    'scope.deleted',
    'session.signed_in',
    'session.signed_out',
    'session.signed_out_everywhere',
    'key.created',
    'key.rotated',
    'key.withdrawn',
    'key.unwrap_failed',
  ])
})
