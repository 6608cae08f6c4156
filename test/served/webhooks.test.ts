import { setTimeout as wait } from 'node:timers/promises'
import { Webhook as Verifier } from 'standardwebhooks'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callApi } from '../support/api-client.ts'
import type { Browser } from '../support/browser.ts'
import { signInOver } from '../support/flow.ts'
import { useWorld } from '../support/outside-world.ts'
import { type Received, startWebhookReceiver } from '../support/webhook-receiver.ts'

interface WebhookBody {
  id: string
  secret: string
  failing: number
  state: 'unconfirmed' | 'enabled' | 'disabled'
  problem: string | null
}
interface DeliveryBody {
  event_id: string
  event: string
  state: 'waiting' | 'delivered' | 'failed'
  attempts: number
  attempted_at: number | null
  next_attempt_at: number | null
  status: number | null
  reason: string | null
}
interface Message {
  type: string
  timestamp: string
  data: { id: string; event: string; at: number; actor: string | null; organization_id: string; reason: string | null }
}

const RETRY_MS = 5000
const world = useWorld(startWebhookReceiver)

let browser: Browser
let organizationId: string
let clientId: string
beforeAll(async () => {
  const { server, resolver } = world()
  browser = await signInOver(server.origin, 'security@example.com')
  resolver.zone.set('siem.example.com', { A: ['93.184.215.14'] })
  resolver.zone.set('inside.example.com', { A: ['10.0.0.8'] })
  const { body } = await callApi<{ client_id: string }>(browser, 'POST', '/api/v1/apps', {
    client_name: 'Release notes',
    redirect_uris: ['https://app.example.com/callback'],
  })
  clientId = body.client_id
})

let hook: string
let hooks = 0
beforeEach(async () => {
  hook = `/hooks/${++hooks}`
  const { body } = await callApi<{ id: string }>(browser, 'POST', '/api/v1/organizations', {
    name: 'Acme',
    slug: `acme-${hooks}`,
  })
  organizationId = body.id
})

const organizationPath = (rest = '') => `/api/v1/organizations/${organizationId}${rest}`
const decide = (decision: 'approved' | 'blocked') =>
  callApi(browser, 'PUT', organizationPath(`/decisions/${clientId}`), {
    decision,
    ...(decision === 'approved' && { scope_ceiling: null }),
  })

/** One that answered its challenge. */
async function addWebhook(fields: object = {}): Promise<WebhookBody> {
  const webhook = await addUnconfirmed(fields)
  await expect.poll(() => showWebhook(webhook), { timeout: 20_000 }).toMatchObject({ state: 'enabled' })
  return webhook
}

async function showWebhook({ id }: WebhookBody): Promise<WebhookBody> {
  return (await callApi<WebhookBody>(browser, 'GET', organizationPath(`/webhooks/${id}`))).body
}

async function challenge({ id }: WebhookBody): Promise<WebhookBody> {
  return (await callApi<WebhookBody>(browser, 'POST', organizationPath(`/webhooks/${id}/challenge`))).body
}

async function addUnconfirmed(fields: object = {}): Promise<WebhookBody> {
  const wanted = { url: `https://siem.example.com${hook}`, ...fields }
  const { status, body } = await callApi<WebhookBody>(browser, 'POST', organizationPath('/webhooks'), wanted)
  expect(status).toBe(201)
  return body
}

async function listDeliveries({ id }: WebhookBody): Promise<DeliveryBody[]> {
  const path = organizationPath(`/webhooks/${id}/deliveries`)
  return (await callApi<{ items: DeliveryBody[] }>(browser, 'GET', path)).body.items
}

/** The delivery of an event, once it looks as wanted: what is written behind an answer takes a moment. */
async function findDelivery(webhook: WebhookBody, event: string, wanted: Partial<DeliveryBody>): Promise<DeliveryBody> {
  const found = async () => (await listDeliveries(webhook)).find((delivery) => delivery.event === event)
  await expect.poll(found, { timeout: 20_000 }).toMatchObject(wanted)
  return (await found())!
}

const receive = (count: number) => world().outside.waitFor(hook, count)
const verify = (secret: string, { body, headers }: Received) => new Verifier(secret).verify(body, headers) as Message

describe('a webhook', () => {
  it('is told what happens, in messages that a library of Standard Webhooks verifies', async () => {
    const webhook = await addWebhook()
    expect(webhook.secret).toMatch(/^whsec_/)
    await decide('blocked')

    const messages = (await receive(3)).map((received) => ({ received, message: verify(webhook.secret, received) }))
    const told = messages.map(({ message }) => message.type).sort()
    expect(told).toEqual(['app.blocked', 'webhook.confirmed', 'webhook.created'])
    const { received, message } = messages.find(({ message }) => message.type === 'app.blocked')!
    expect(message.data).toMatchObject({ event: 'app.blocked', client_id: clientId, organization_id: organizationId })
    expect(received.headers).toMatchObject({ 'webhook-id': message.data.id, 'content-type': 'application/json' })
    expect(Date.parse(message.timestamp)).toBe(message.data.at * 1000)
    expect(received.body).not.toContain(webhook.secret)
    // Control: the library refuses what was changed, and what another secret signed.
    expect(() => verify(webhook.secret, { ...received, body: received.body.replace('blocked', 'approved') })).toThrow()
    expect(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, received)).toThrow()
  })

  it('gets only the events that it asked for, and only those of its organization', async () => {
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('approved')
    await callApi(browser, 'PUT', `/api/v1/organizations/${organizationId}/policy`, {
      policy: 'approved',
      scope_ceiling: null,
    })
    await decide('blocked')

    const [received] = await receive(1)
    expect(verify(webhook.secret, received!).type).toBe('app.blocked')
    const { event_id: eventId } = await findDelivery(webhook, 'app.blocked', { state: 'delivered', status: 204 })
    expect(eventId).toBe(received?.headers['webhook-id'])
    expect(await listDeliveries(webhook)).toHaveLength(1)
    expect(await receive(1)).toHaveLength(1)
  })

  it('hears it again after 500, and not once more after it has it', async () => {
    world().outside.answers.set(hook, [500])
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('blocked')

    const failed = await findDelivery(webhook, 'app.blocked', { state: 'waiting', status: 500 })
    expect(failed.reason).toBe('The host answered 500.')
    // Counted from when the answer was written, which may be in the next second.
    const pause = failed.next_attempt_at! - failed.attempted_at!
    expect([RETRY_MS / 1000, RETRY_MS / 1000 + 1]).toContain(pause)
    const shown = await callApi<WebhookBody>(browser, 'GET', organizationPath(`/webhooks/${webhook.id}`))
    expect(shown.body.failing).toBe(1)

    const [first, second] = await receive(2)
    expect(second?.at).toBeGreaterThanOrEqual(first!.at + RETRY_MS - 1000)
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(second?.body).toBe(first?.body)
    expect(verify(webhook.secret, second!).type).toBe('app.blocked')
    await findDelivery(webhook, 'app.blocked', { state: 'delivered', attempts: 2, next_attempt_at: null })
    await world().server.runScheduled()
    await wait(2000)
    expect(await receive(2)).toHaveLength(2)
  })

  it('gets a message again when somebody asks for it', async () => {
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('blocked')
    const { event_id: eventId } = await findDelivery(webhook, 'app.blocked', { state: 'delivered' })

    const path = organizationPath(`/webhooks/${webhook.id}/deliveries/${eventId}/resend`)
    expect((await callApi(browser, 'POST', path)).status).toBe(202)

    const [first, second] = await receive(2)
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    await findDelivery(webhook, 'app.blocked', { state: 'delivered', attempts: 2 })
  })

  it('gets what the queue lost: the schedule puts it back', async () => {
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('blocked')
    await findDelivery(webhook, 'app.blocked', { state: 'delivered' })
    // As it stands when the server dies between the row and the queue, or between the queue and the attempt.
    await world()
      .server.database.prepare("UPDATE webhook_deliveries SET state = 'waiting', due_at = 0 WHERE webhook_id = ?")
      .bind(webhook.id)
      .run()
    await wait(2000)
    expect(await receive(1)).toHaveLength(1) // control: nothing brings it back by itself

    await world().server.runScheduled()

    expect(await receive(2)).toHaveLength(2)
    await findDelivery(webhook, 'app.blocked', { state: 'delivered', attempts: 2 })
  })

  it('is told once, however often the queue brings the message', async () => {
    const webhook = await addWebhook({ events: ['app.blocked'] })
    const { database, runScheduled } = world().server
    await decide('approved')
    await database
      .prepare(
        'INSERT INTO webhook_deliveries (webhook_id, event_id, due_at, created_at) SELECT ?, id, 0, at FROM audit_events WHERE organization_id = ? AND event = ?',
      )
      .bind(webhook.id, organizationId, 'app.approved')
      .run()
    // Two runs that both see it due put it into the queue twice.
    const again = database.prepare('UPDATE webhook_deliveries SET due_at = 0 WHERE webhook_id = ?').bind(webhook.id)
    await runScheduled()
    await again.run()
    await runScheduled()

    await findDelivery(webhook, 'app.approved', { state: 'delivered', attempts: 1 })
    await wait(2000)
    expect(await receive(1)).toHaveLength(1)
  })

  it('is told no more of what it said is gone', async () => {
    world().outside.answers.set(hook, [410])
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('blocked')
    const gone = { state: 'failed', status: 410, attempts: 1, next_attempt_at: null } as const
    await findDelivery(webhook, 'app.blocked', gone)
  })

  it('is not followed where it redirects', async () => {
    world().outside.answers.set(hook, ['redirect'])
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('blocked')
    await findDelivery(webhook, 'app.blocked', { state: 'waiting', status: 307 })
    expect(world().outside.received.filter(({ path }) => path === '/elsewhere')).toEqual([])
  })

  it('that says nothing for ten seconds is tried again', async () => {
    world().outside.answers.set(hook, ['silence'])
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('blocked')
    const tooSlow = { status: null, reason: 'The host did not answer within 10 seconds.' }
    await findDelivery(webhook, 'app.blocked', tooSlow)
    await findDelivery(webhook, 'app.blocked', { state: 'delivered', attempts: 2 })
  })

  it('whose name leads inside is not told anything', async () => {
    const { zone } = world().resolver
    zone.set('inside.example.com', { A: ['93.184.215.14'] })
    const webhook = await addWebhook({ url: `https://inside.example.com${hook}`, events: ['app.blocked'] })
    zone.set('inside.example.com', { A: ['10.0.0.8'] })
    await decide('blocked')
    const refused = { state: 'waiting', status: null, reason: 'The host is not on the public internet.' } as const
    await findDelivery(webhook, 'app.blocked', refused)
    expect(await receive(0)).toEqual([])
  })

  it('gets signatures of the new secret and of the former one', async () => {
    const webhook = await addWebhook({ events: ['app.blocked'] })
    const path = organizationPath(`/webhooks/${webhook.id}/secret`)
    const { body } = await callApi<{ secret: string }>(browser, 'POST', path)
    expect(body.secret).not.toBe(webhook.secret)
    await decide('blocked')

    const [received] = await receive(1)
    for (const secret of [body.secret, webhook.secret]) expect(verify(secret, received!).type).toBe('app.blocked')
    const { database } = world().server
    await database.prepare("UPDATE webhooks SET former_secrets = '[]' WHERE id = ?").bind(webhook.id).run()
    await decide('approved')
    await decide('blocked')
    const [, later] = await receive(2)
    expect(verify(body.secret, later!).type).toBe('app.blocked') // control
    expect(() => verify(webhook.secret, later!)).toThrow()
  })

  it('that is deleted gets nothing more, not even what waited', async () => {
    world().outside.answers.set(hook, [500])
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('blocked')
    await findDelivery(webhook, 'app.blocked', { state: 'waiting', attempts: 1 })
    expect((await callApi(browser, 'DELETE', organizationPath(`/webhooks/${webhook.id}`))).status).toBe(204)
    await wait(RETRY_MS + 2000)
    expect(await receive(1)).toHaveLength(1)
  })
})

const change = (sql: string, ...values: (string | number)[]) =>
  world()
    .server.database.prepare(sql)
    .bind(...values)
    .run()
/** As if the time had come: what waits does not wait for its own. */
async function deliverNow({ id }: WebhookBody): Promise<void> {
  await change('UPDATE webhook_deliveries SET due_at = 0 WHERE webhook_id = ?', id)
  await world().server.runScheduled()
}

describe('somebody who never asked to be told', () => {
  it('is told nothing before the address answers a challenge, and then what happened since', async () => {
    const { outside } = world()
    outside.challengeAnswers.set(hook, { status: 404, body: () => '' })
    const webhook = await addUnconfirmed({ events: ['app.blocked'] })
    await decide('blocked')
    const refused = { state: 'unconfirmed', problem: 'The host answered 404.' }
    await expect.poll(() => showWebhook(webhook), { timeout: 20_000 }).toMatchObject(refused)
    outside.challengeAnswers.set(hook, { status: 200, body: (_challenge, message) => message })
    const echoed = { state: 'unconfirmed', problem: 'The answer did not hold the challenge.' }
    expect(await challenge(webhook)).toMatchObject(echoed)
    await deliverNow(webhook)
    await findDelivery(webhook, 'app.blocked', { state: 'waiting', attempts: 0 })
    expect(await receive(0)).toEqual([])

    outside.challengeAnswers.set(hook, { status: 200, body: (text) => text })
    expect(await challenge(webhook)).toMatchObject({ state: 'enabled', problem: null })

    const asked = outside.challenges.filter(({ path }) => path === hook)
    expect(asked).toHaveLength(3)
    for (const each of asked) expect(verify(webhook.secret, each).type).toBe('webhook.challenge')
    expect(verify(webhook.secret, (await receive(1))[0]!).type).toBe('app.blocked')
  })

  it('is told nothing when a webhook is pointed at another address', async () => {
    const webhook = await addWebhook({ events: ['app.blocked'] })
    const elsewhere = `${hook}/elsewhere`
    world().outside.challengeAnswers.set(elsewhere, { status: 204, body: () => '' })
    const url = `https://siem.example.com${elsewhere}`
    const { body } = await callApi<WebhookBody>(browser, 'PATCH', organizationPath(`/webhooks/${webhook.id}`), { url })
    expect(body.state).toBe('unconfirmed')
    await decide('blocked')
    await deliverNow(webhook)
    await findDelivery(webhook, 'app.blocked', { state: 'waiting', attempts: 0 })
    expect(await world().outside.waitFor(elsewhere, 0)).toEqual([])

    world().outside.challengeAnswers.delete(elsewhere) // control: it wants to
    expect((await challenge(webhook)).state).toBe('enabled')
    expect(await world().outside.waitFor(elsewhere, 1)).toHaveLength(1)
  })
})

describe('what is sent', () => {
  it('stops when the organization is suspended, what waits for another attempt too, and goes on after', async () => {
    world().outside.answers.set(hook, [500])
    const webhook = await addWebhook({ events: ['app.blocked'] })
    await decide('blocked')
    await findDelivery(webhook, 'app.blocked', { state: 'waiting', attempts: 1, status: 500 })
    await change('UPDATE organizations SET suspended_at = 1 WHERE id = ?', organizationId)
    await wait(RETRY_MS + 2000)
    await deliverNow(webhook)
    await wait(2000)
    expect(await receive(1)).toHaveLength(1)

    await change('UPDATE organizations SET suspended_at = NULL WHERE id = ?', organizationId)
    await deliverNow(webhook)

    expect(await receive(2)).toHaveLength(2) // control
    await findDelivery(webhook, 'app.blocked', { state: 'delivered', attempts: 2 })
  })

  it('keeps to the budget of the organization over all of its webhooks, and what is over waits', async () => {
    const webhooks = [await addWebhook({ events: ['app.blocked'] }), await addWebhook({ events: ['app.blocked'] })]
    // A minute that does not pass while the test runs, with three of its 120 left.
    const budget = 'UPDATE webhook_posts SET minute = minute + ?, posts = 117 WHERE organization_id = ?'
    await change(budget, 1000, organizationId)
    for (let n = 0; n < 3; n++) {
      await decide('blocked')
      await decide('approved')
    }
    await receive(3)
    for (const webhook of webhooks) await deliverNow(webhook)
    await wait(2000)
    expect(await receive(3)).toHaveLength(3)
    const path = organizationPath(`/webhooks/${webhooks[0]?.id}/challenge`)
    expect((await callApi(browser, 'POST', path)).status).toBe(429)

    await change('DELETE FROM webhook_posts WHERE organization_id = ?', organizationId)
    for (const webhook of webhooks) await deliverNow(webhook)

    expect(await receive(6)).toHaveLength(6) // control
  })

  it('stops by itself at an endpoint that always fails, and whoever may switch it on again is told', async () => {
    const { outside, server } = world()
    outside.answers.set(hook, [500, 500])
    const webhook = await addWebhook({ events: ['app.blocked'] })
    const failing = 'UPDATE webhooks SET failures = ?, failing_since = unixepoch() - ? WHERE id = ?'
    await change(failing, 19, 3600, webhook.id)
    await decide('blocked')
    await findDelivery(webhook, 'app.blocked', { state: 'waiting', attempts: 1 })
    expect((await showWebhook(webhook)).state).toBe('enabled') // control: an outage of an hour

    await change(failing, 19, 90_000, webhook.id)
    await deliverNow(webhook)
    await expect.poll(() => showWebhook(webhook), { timeout: 20_000 }).toMatchObject({ state: 'disabled' })

    const mails = await (await fetch(`${server.origin}/dev/outbox.json`)).text()
    expect(mails).toContain('The webhook to siem.example.com is switched off in Acme')
    const page = await browser.get(`/organizations/acme-${hooks}/webhooks/${webhook.id}`)
    expect(page.html).toContain('Switched off:')
    const { body } = await callApi<{ items: { event: string; reason: string }[] }>(
      browser,
      'GET',
      organizationPath('/audit-events?event=webhook.disabled'),
    )
    expect(body.items).toMatchObject([{ event: 'webhook.disabled', reason: 'siem.example.com' }])
    await deliverNow(webhook)
    await wait(2000)
    expect(await receive(2)).toHaveLength(2)

    const on = await browser.submit(page, {})
    expect(on.status).toBe(303)
    expect((await showWebhook(webhook)).state).toBe('enabled')
    await deliverNow(webhook)
    expect(await receive(3)).toHaveLength(3)
  })
})

describe('a receiver', () => {
  it('goes on with the secret that it holds, however often new ones are made within its day', async () => {
    const webhook = await addWebhook({ events: ['app.blocked'] })
    const renew = () =>
      callApi<{ secret: string; detail: string }>(browser, 'POST', organizationPath(`/webhooks/${webhook.id}/secret`))
    const secrets = [webhook.secret]
    for (let n = 0; n < 4; n++) secrets.push((await renew()).body.secret)
    const refused = await renew()
    expect(refused.status).toBe(409)
    expect(refused.body.detail).toContain('sign still')

    await decide('blocked')
    const [received] = await receive(1)
    for (const secret of secrets) expect(verify(secret, received!).type).toBe('app.blocked')

    const sql = 'UPDATE webhooks SET former_secrets = json_set(former_secrets, ?, 0) WHERE id = ?'
    await change(sql, '$[0].until', webhook.id) // control: its end has come, and only its own
    await decide('approved')
    await decide('blocked')
    const [, later] = await receive(2)
    expect(() => verify(secrets[0]!, later!)).toThrow()
    for (const secret of secrets.slice(1)) expect(verify(secret, later!).type).toBe('app.blocked')
    expect((await renew()).status).toBe(201)
  })
})
