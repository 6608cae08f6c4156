import { findEvent } from '../audit/audit-query-store.ts'
import { toEventBody } from '../audit/event-body.ts'
import { type Bindings, readConfig } from '../env.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { guardedPost, type Posted } from '../lib/guarded-fetch.ts'
import { reach } from '../lib/storage.ts'
import { unwrap } from '../lib/wrapping.ts'
import { type AttemptOutcome, beginAttempt, finishAttempt } from './deliveries-store.ts'
import { signatureHeaders } from './signature.ts'
import { type DeliveryMessage, findRetryDelay } from './webhook.ts'
import { type Destination, findDestination, rewrapSecret } from './webhooks-store.ts'

/** Standard Webhooks: the receiver wants no more of this. */
const GONE = 410

/** What the queue brings. A message that fails here is brought again, and after that its row is found by the schedule. */
export async function deliverQueued(env: Bindings, { messages }: MessageBatch<DeliveryMessage>): Promise<void> {
  await Promise.all(
    messages.map(async (message) => {
      try {
        await deliver(env, message.body, currentTime())
        message.ack()
      } catch (error) {
        console.error(`a webhook waits: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`)
        message.retry()
      }
    }),
  )
}

/** One attempt: begun in one statement, so that a message that comes twice is one attempt. */
async function deliver(env: Bindings, message: DeliveryMessage, now: EpochSeconds): Promise<void> {
  const destination = await findDestination(env.DB, message.webhookId, now)
  const begun = destination && (await beginAttempt(env.DB, message, now))
  if (!begun) return
  const posted = await post(env, destination, message, now)
  const outcome = judge(posted, begun.failures, currentTime())
  const counted = await finishAttempt(env.DB, message, outcome)
  if (!counted || outcome.state !== 'waiting') return
  const delaySeconds = findRetryDelay(outcome.failures) ?? 0
  const next = { ...message, attempt: message.attempt + 1 }
  await reach('Queues', () => env.WEBHOOKS.send(next, { delaySeconds }))
}

async function post(
  env: Bindings,
  { organizationId, url, secrets: wrapped }: Destination,
  { webhookId, eventId }: DeliveryMessage,
  now: EpochSeconds,
): Promise<Posted> {
  const event = await findEvent(env.DB, eventId)
  if (!event) return { ok: false, reason: 'The event is older than the audit log reaches.' }
  const secrets = await openSecrets(env, webhookId, wrapped)
  if (!secrets) return { ok: false, reason: 'Its secret cannot be opened any more; create a new one.' }
  const body = JSON.stringify({
    type: event.event,
    timestamp: new Date(event.at * 1000).toISOString(),
    data: { organization_id: organizationId, ...toEventBody(event) },
  })
  const signature = await signatureHeaders({ id: event.id, timestamp: now, body }, secrets)
  const headers = { 'Content-Type': 'application/json', 'User-Agent': 'Postern-Webhooks', ...signature }
  return guardedPost(readConfig(env), url, { headers, body })
}

/** The present secret must open; a former one that does not is past signing anyway. */
async function openSecrets(
  env: Bindings,
  webhookId: string,
  wrapped: readonly string[],
): Promise<string[] | undefined> {
  const { keyWrappingSecrets } = readConfig(env)
  const [present, ...former] = await Promise.all(
    wrapped.map((secret) => unwrap({ purpose: 'webhook_secret', id: webhookId }, secret, keyWrappingSecrets)),
  )
  if (!present) return undefined
  if (present.rewrapped) await rewrapSecret(env.DB, webhookId, wrapped[0]!, present.rewrapped)
  const opened = [present, ...former.filter((secret) => secret !== undefined)]
  return opened.map(({ bytes }) => new TextDecoder().decode(bytes))
}

function judge(posted: Posted, failuresBefore: number, now: EpochSeconds): AttemptOutcome {
  const status = posted.status ?? null
  if (posted.ok) return { state: 'delivered', failures: 0, status, reason: null, dueAt: now }
  const failures = failuresBefore + 1
  const { reason } = posted
  const delay = status === GONE ? undefined : findRetryDelay(failures)
  if (delay === undefined) return { state: 'failed', failures, status, reason, dueAt: now }
  return { state: 'waiting', failures, status, reason, dueAt: now + delay }
}
