import { beforeEach, describe, expect, it } from 'vitest'
import { callApi } from '../support/api-client.ts'
import type { Browser } from '../support/browser.ts'
import { signInOver } from '../support/flow.ts'
import { useWorld } from '../support/outside-world.ts'

interface Verification {
  state: 'pending' | 'verified' | 'failed'
  domain: string
  record: string
  reason: string | null
  found: string[]
  started_at: number
  checked_at: number
  verified_at: number | null
  next_check_at: number | null
}
interface AppBody {
  client_id: string
  publisher: { state: string; domain: string | null }
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const world = useWorld()

let browser: Browser
let clientId: string
let host: string
let apps = 0
beforeEach(async () => {
  world().resolver.mood = 'well'
  host = `app-${++apps}.example.com`
  // Each looks on its own account: lookups are counted for one.
  browser = await signInOver(world().server.origin, `publisher-${apps}@example.com`)
  world().resolver.zone.set(host, { TXT: ['v=spf1 -all'] })
  const { body } = await callApi<AppBody>(browser, 'POST', '/api/v1/apps', {
    client_name: 'Release notes',
    redirect_uris: ['https://app.example.com/callback'],
    client_uri: `https://${host}/home`,
  })
  clientId = body.client_id
})

const verificationPath = () => `/api/v1/apps/${clientId}/publisher-verification`
async function verify(): Promise<Verification> {
  return (await callApi<Verification>(browser, 'POST', verificationPath())).body
}
async function read(): Promise<Verification> {
  return (await callApi<Verification>(browser, 'GET', verificationPath())).body
}
async function publisher(): Promise<AppBody['publisher']> {
  return (await callApi<AppBody>(browser, 'GET', `/api/v1/apps/${clientId}`)).body.publisher
}

function publish(...texts: string[]): void {
  world().resolver.zone.set(host, { TXT: texts })
}

async function becomeVerified(): Promise<Verification> {
  publish((await verify()).record)
  return verify()
}

/** The clock of the Worker cannot be moved, but what it wrote can. */
async function letPass(seconds: number): Promise<void> {
  const { database } = world().server
  await database
    .prepare(
      `UPDATE publisher_checks SET started_at = started_at - ?2, checked_at = checked_at - ?2,
              next_check_at = next_check_at - ?2 WHERE client_id = ?1`,
    )
    .bind(clientId, seconds)
    .run()
}

async function pass(seconds: number): Promise<void> {
  await letPass(seconds)
  await world().server.runScheduled()
}

async function auditedEvents(): Promise<unknown[]> {
  const { results } = await world()
    .server.database.prepare(
      `SELECT event, reason FROM audit_events WHERE client_id = ? AND event LIKE 'publisher.%' ORDER BY at, rowid`,
    )
    .bind(clientId)
    .all()
  return results
}

describe('verifying a publisher', () => {
  it('names the record and says what was found instead', async () => {
    const started = await verify()
    expect(started).toMatchObject({
      state: 'pending',
      domain: host,
      record: expect.stringMatching(/^postern-verification=[\w-]{22}$/),
      reason: expect.stringContaining('no TXT record'),
      found: ['v=spf1 -all'],
      checked_at: expect.any(Number),
      verified_at: null,
    })
    expect(await read()).toEqual(started)
    expect(await publisher()).toEqual({ state: 'unverified', domain: null })
  })

  it('looks at once when it is asked again, and keeps the code', async () => {
    const started = await verify()
    publish('v=spf1 -all', started.record)
    const verified = await verify()
    expect(verified).toMatchObject({ state: 'verified', record: started.record, reason: null, found: [] })
    expect(await publisher()).toEqual({ state: 'verified', domain: host })
    expect(await auditedEvents()).toEqual([{ event: 'publisher.verified', reason: null }])
  })

  it('takes only the whole record of this very app', async () => {
    const { record } = await verify()
    const other = await callApi<AppBody>(browser, 'POST', '/api/v1/apps', {
      client_name: 'Another',
      redirect_uris: ['https://app.example.com/callback'],
      client_uri: `https://${host}/`,
    })
    const path = `/api/v1/apps/${other.body.client_id}/publisher-verification`
    const otherRecord = (await callApi<Verification>(browser, 'POST', path)).body.record
    expect(otherRecord).not.toBe(record)
    publish(otherRecord, `${record} `, `x${record}`, record.slice(0, -1), record.toUpperCase())
    expect((await verify()).state).toBe('pending')
    publish(record)
    expect((await verify()).state).toBe('verified') // control
  })

  it('reads a record among long ones', async () => {
    const { record } = await verify()
    publish('a'.repeat(1000), ...Array.from({ length: 30 }, (_, index) => `text ${index}`), record)
    expect((await verify()).state).toBe('verified')
  })

  it('shows at most ten of what was found, cut', async () => {
    publish(...Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(1000, 'a')))
    const { found } = await verify()
    expect(found).toHaveLength(10)
    expect(found[0]).toHaveLength(200)
  })

  it('needs a homepage on a public name', async () => {
    const path = `/api/v1/apps/${clientId}`
    for (const client_uri of [null, 'https://93.184.215.14/', 'https://intranet/', 'https://app.internal/']) {
      await callApi(browser, 'PATCH', path, { client_uri })
      expect((await callApi(browser, 'POST', verificationPath())).status).toBe(409)
    }
  })

  it('gives one result when it is asked fifty times at once', async () => {
    const { record } = await verify()
    publish(record)
    const answers = await Promise.all(Array.from({ length: 50 }, verify))
    expect(new Set(answers.map((answer) => answer.record))).toEqual(new Set([record]))
    expect(await read()).toMatchObject({ state: 'verified' })
    expect(await auditedEvents()).toHaveLength(1)
  })
})

describe('a pending verification', () => {
  it('is looked at by schedule, ever more slowly, for two days', async () => {
    const { record, checked_at, next_check_at } = await verify()
    expect(next_check_at! - checked_at).toBe(10 * MINUTE)
    await pass(5 * MINUTE)
    expect((await read()).checked_at).toBe(checked_at - 5 * MINUTE) // not due yet
    await pass(10 * HOUR)
    const later = await read()
    expect(later.next_check_at! - later.checked_at).toBeGreaterThan(4 * HOUR)
    publish(record)
    await pass(7 * HOUR)
    expect(await read()).toMatchObject({ state: 'verified' })
    expect(await publisher()).toEqual({ state: 'verified', domain: host })
  })

  it('fails after two days with the reason, and starts again with the same record', async () => {
    const { record } = await verify()
    await pass(2 * DAY)
    expect(await read()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('no TXT record'),
      found: ['v=spf1 -all'],
      next_check_at: null,
    })
    expect(await auditedEvents()).toEqual([{ event: 'publisher.failed', reason: 'record_missing' }])
    expect(await verify()).toMatchObject({ state: 'pending', record })
  })

  it('says when the resolver was the reason', async () => {
    world().resolver.mood = 'failing'
    expect(await verify()).toMatchObject({ state: 'pending', reason: expect.stringContaining('looked up') })
  })
})

describe('a verified domain', () => {
  it('is looked at again every week', async () => {
    const { checked_at, next_check_at } = await becomeVerified()
    expect(next_check_at! - checked_at).toBe(7 * DAY)
    await pass(7 * DAY)
    const again = await read()
    expect(again).toMatchObject({ state: 'verified', reason: null })
    expect(again.checked_at).toBeGreaterThanOrEqual(checked_at)
    expect(await auditedEvents()).toHaveLength(1)
  })

  it('loses the mark when its record is gone twice, an hour apart', async () => {
    await becomeVerified()
    publish('owner=somebody-else')
    await pass(7 * DAY)
    expect(await read()).toMatchObject({ state: 'verified', reason: expect.stringContaining('no TXT record') })
    expect(await publisher()).toEqual({ state: 'verified', domain: host })

    await pass(HOUR)
    expect(await read()).toMatchObject({ state: 'failed', found: ['owner=somebody-else'], next_check_at: null })
    expect(await publisher()).toEqual({ state: 'unverified', domain: null })
    expect(await auditedEvents()).toMatchObject([{ event: 'publisher.verified' }, { event: 'publisher.lost' }])
  })

  it('loses it also when the name is gone altogether', async () => {
    await becomeVerified()
    world().resolver.zone.delete(host)
    await pass(7 * DAY)
    await pass(HOUR)
    expect((await read()).state).toBe('failed')
  })

  it('keeps it when the record comes back in between', async () => {
    const { record } = await becomeVerified()
    publish()
    await pass(7 * DAY)
    publish(record)
    await pass(HOUR)
    expect(await read()).toMatchObject({ state: 'verified', reason: null })
  })

  it('keeps it while the resolver does not answer, however often', async () => {
    await becomeVerified()
    for (const mood of ['failing', 'broken', 'silent', 'failing'] as const) {
      world().resolver.mood = mood
      await pass(7 * DAY)
    }
    expect(await publisher()).toEqual({ state: 'verified', domain: host })
  })

  it('is not kept by asking again and again', async () => {
    await becomeVerified()
    publish()
    await verify()
    for (let minute = 0; minute < 60; minute += 10) {
      await letPass(10 * MINUTE)
      await verify()
    }
    expect((await read()).state).toBe('failed')
    expect(await publisher()).toEqual({ state: 'unverified', domain: null })
  })

  it('loses the mark at once when the homepage moves to another host, and only then', async () => {
    const { record } = await becomeVerified()
    const path = `/api/v1/apps/${clientId}`
    await callApi(browser, 'PATCH', path, { client_uri: `https://${host}/elsewhere` })
    expect(await publisher()).toEqual({ state: 'verified', domain: host })

    const moved = await callApi<AppBody>(browser, 'PATCH', path, { client_uri: 'https://new.example.com/' })
    expect(moved.body.publisher).toEqual({ state: 'unverified', domain: null })
    expect(await publisher()).toEqual({ state: 'unverified', domain: null })
    expect(await read()).toMatchObject({ state: 'failed', reason: expect.stringContaining('another host') })
    expect(await auditedEvents()).toMatchObject([
      { event: 'publisher.verified' },
      { event: 'publisher.lost', reason: 'homepage_changed' },
    ])
    const anew = await verify()
    expect(anew).toMatchObject({ state: 'pending', domain: 'new.example.com', verified_at: null })
    expect(anew.record).not.toBe(record)
  })

  it('is looked at once by two schedules that run at the same time', async () => {
    await becomeVerified()
    publish()
    await letPass(7 * DAY)
    const { server, resolver } = world()
    resolver.mood = 'slow'
    const before = resolver.asked.length
    await Promise.all([server.runScheduled(), server.runScheduled(), server.runScheduled()])
    expect(resolver.asked.slice(before).filter((name) => name === host)).toHaveLength(1)
    // A second look that counted would have taken the mark.
    expect(await read()).toMatchObject({ state: 'verified', reason: expect.any(String) })
  })

  it('is forgotten with its app', async () => {
    await becomeVerified()
    await browser.fetch(`/api/v1/apps/${clientId}`, { method: 'DELETE', headers: { Origin: browser.origin } })
    const row = await world()
      .server.database.prepare('SELECT 1 FROM publisher_checks WHERE client_id = ?')
      .bind(clientId)
      .first()
    expect(row).toBeNull()
  })
})
