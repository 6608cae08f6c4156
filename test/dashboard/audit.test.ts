import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { deleteOldEvents } from '../../src/audit/audit-query-store.ts'
import { auditStatement } from '../../src/audit/audit-store.ts'
import { newAuditEvent } from '../../src/audit/events.ts'
import { connect } from '../support/workers/connect.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, type World } from '../support/workers/world.ts'

interface LoggedEvent {
  id: string
  event: string
  at: number
  actor: string
  client_id: string
}

let world: World
let organization: string
let accountId: string

const fetchLog = (path = '', by = world) =>
  by.browser.fetch(`/api/v1/organizations/${organization}/audit-events${path}`)
const readLog = async (query = '') =>
  (await fetchLog(query)).json<{ items: LoggedEvent[]; next_cursor: string | null }>()

async function call(method: string, path: string, body?: object) {
  const headers = { Origin: world.browser.origin, 'Content-Type': 'application/json' }
  const response = await world.browser.fetch(`/api/v1${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  return response
}

beforeAll(async () => {
  world = await createWorld()
  await makePublic(world.app.clientId)
  const created = await call('POST', '/organizations', { name: 'Acme', slug: crypto.randomUUID() })
  organization = (await created.json<{ id: string }>()).id
  const tokens = await connect(world.browser, world.integration, {}, { organization: [organization] })
  accountId = decodeJwt(tokens.access_token).sub ?? ''
  await call('PUT', `/organizations/${organization}/decisions/${world.app.clientId}`, {
    decision: 'approved',
    scope_ceiling: ['projects:read'],
    note: 'Reviewed.',
  })
  await world.integration.revoke(tokens.refresh_token)
  await runDurableObjectAlarm(env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId)))
})

describe('the audit log of an organization', () => {
  it('tells what it did and what became of grants that name it, the newest first', async () => {
    const { items } = await readLog()
    const events = items.map(({ event }) => event)
    expect(events.toSorted()).toEqual(['app.approved', 'consent.granted', 'grant.revoked', 'organization.created'])
    expect(items.find(({ event }) => event === 'app.approved')).toMatchObject({
      actor: accountId,
      client_id: world.app.clientId,
      reason: 'Reviewed.',
    })
    expect(items.map(({ at }) => at)).toEqual(items.map(({ at }) => at).toSorted((a, b) => b - a))
  })

  it.each([
    ['event=app.approved', ['app.approved']],
    ['client_id=CLIENT', ['app.approved', 'consent.granted', 'grant.revoked']],
    ['client_id=app_nobody', []],
    ['account_id=ACCOUNT&event=consent.granted', ['consent.granted']],
    ['account_id=acc_nobody', []],
    ['to=1000', []],
    ['from=1000', ['app.approved', 'consent.granted', 'grant.revoked', 'organization.created']],
  ])('is searched by %s', async (query, events) => {
    const filled = query.replace('CLIENT', world.app.clientId).replace('ACCOUNT', accountId)
    const { items } = await readLog(`?${filled}`)
    expect(items.map(({ event }) => event).toSorted()).toEqual(events)
  })

  it('is whole page after page, also of one second', async () => {
    const at = 1_700_000_000
    const events = Array.from({ length: 9 }, () =>
      newAuditEvent({ event: 'app.blocked', at, organizationId: organization, actor: accountId }),
    )
    await env.DB.batch(events.map((event) => auditStatement(env.DB, event)))
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Awaited<ReturnType<typeof readLog>> = await readLog(
        `?event=app.blocked&limit=4${cursor && `&cursor=${cursor}`}`,
      )
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next_cursor
    }
    expect(seen.toSorted()).toEqual(events.map(({ id }) => id).toSorted())
    await env.DB.batch([
      env.DB.prepare("DELETE FROM audit_events WHERE event = 'app.blocked'"),
      env.DB.prepare("DELETE FROM organization_events WHERE event = 'app.blocked'"),
    ])
  })

  it('is exported as JSON lines', async () => {
    const response = await fetchLog('/export')
    expect(response.headers.get('Content-Type')).toBe('application/x-ndjson')
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toEqual((await readLog()).items)
  })

  it('is for its administrators', async () => {
    const stranger = await createWorld()
    expect((await fetchLog('', stranger)).status).toBe(404)
    expect((await fetchLog('/export', stranger)).status).toBe(404)
    const event = newAuditEvent({ event: 'app.blocked', at: 1_700_000_000, organizationId: 'org_other' })
    await auditStatement(env.DB, event).run()
    expect((await readLog('?event=app.blocked')).items).toEqual([])
  })

  it('holds no credential', async () => {
    const { results } = await env.DB.prepare('SELECT * FROM audit_events').all()
    expect(results.length).toBeGreaterThan(4)
    // A JWT has a dot: among thousands of random ids, one has the letters that it begins with.
    expect(JSON.stringify(results)).not.toMatch(/pst_(code|rt|secret)_|eyJ[\w-]{10,}\.[\w-]{10}/)
  })

  it('is shown on a page, in words', async () => {
    const { slug } = (await (await call('GET', `/organizations/${organization}`)).json()) as { slug: string }
    const page = await world.browser.get(`/organizations/${slug}/audit?event=app.approved`)
    expect(page.status).toBe(200)
    expect(page.html).toContain('approved an app')
    expect(page.html).toContain('Reviewed.')
    expect(page.html).not.toContain('>allowed an app')
  })

  it('says on the page what it is narrowed to, and the way back', async () => {
    const { slug } = (await (await call('GET', `/organizations/${organization}`)).json()) as { slug: string }
    const path = `/organizations/${slug}/audit`
    const whole = await world.browser.get(path)
    expect(whole.html).not.toContain('Show everything')
    expect(whole.html).toContain(`href="${path}?account_id=${accountId}"`)
    const ofApp = await world.browser.get(`${path}?client_id=${world.app.clientId}`)
    expect(ofApp.html).toContain(`Only Test app. <a href="${path}">Show everything</a>`)
    expect(ofApp.html).not.toContain('created the organization')
    expect((await world.browser.get(`${path}?account_id=acc_nobody`)).html).toContain('Only acc_nobody.')
  })

  it('forgets what is older than it is kept', async () => {
    const old = newAuditEvent({ event: 'app.blocked', at: 1_600_000_000, organizationId: organization })
    await auditStatement(env.DB, old).run()
    expect((await readLog('?event=app.blocked')).items).toHaveLength(1)
    await deleteOldEvents(env.DB, 1_600_000_001)
    expect((await readLog('?event=app.blocked')).items).toEqual([])
    expect((await readLog()).items).toHaveLength(4) // control
  })
})
