import { findEvent } from '../audit/audit-query-store.ts'
import { toEventBody } from '../audit/event-body.ts'
import { type Bindings, readConfig } from '../env.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { guardedPost, type Posted } from '../lib/guarded-fetch.ts'
import { callStore } from '../lib/storage.ts'
import { type AttemptOutcome, beginAttempt } from './deliveries-store.ts'
import { type DisabledWebhook, finishAttempt } from './finish-attempt.ts'
import { type Destination, openDestination } from './open-webhooks.ts'
import { messageHeaders } from './signature.ts'
import { type DeliveryMessage, findRetryDelay } from './webhook.ts'

/** Standard Webhooks: the receiver wants no more of this. */
const GONE = 410

/** Tells the people of an organization that a webhook of theirs switched itself off. */
type TellOfDisabled = (webhook: DisabledWebhook) => Promise<void>

/** What the queue brings. A message that fails here is brought again, and after that its row is found by the schedule. */
export async function deliverQueued(
  env: Bindings,
  { messages }: MessageBatch<DeliveryMessage>,
  tellOfDisabled: TellOfDisabled,
): Promise<void> {
  await Promise.all(
    messages.map(async (message) => {
      try {
        const disabled = await deliver(env, message.body, currentTime())
        if (disabled) await tellOfDisabled(disabled)
        message.ack()
      } catch (error) {
        console.error(`a webhook waits: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`)
        message.retry()
      }
    }),
  )
}

/** One attempt: begun in one batch, so that a message that comes twice is one attempt. */
async function deliver(
  env: Bindings,
  message: DeliveryMessage,
  now: EpochSeconds,
): Promise<DisabledWebhook | undefined> {
  const { keyWrappingSecrets, webhookPostsPerMinute: postsPerMinute } = readConfig(env)
  const destination = await openDestination({ db: env.DB, keyWrappingSecrets }, message.webhookId, now)
  const begun = destination && (await beginAttempt(env.DB, message, { postsPerMinute }, now))
  if (!begun) return undefined
  const attempt = 'reason' in destination ? refuse(destination.reason) : await post(env, destination, message, now)
  const outcome = judge(attempt.posted, begun.failures, currentTime())
  const webhook = 'reason' in destination ? null : destination
  const finished = await finishAttempt(
    env.DB,
    message,
    { outcome, webhook: attempt.made ? webhook : null },
    currentTime(),
  )
  if (finished.counted && outcome.state === 'waiting') {
    const delaySeconds = findRetryDelay(outcome.failures) ?? 0
    const next = { ...message, attempt: message.attempt + 1 }
    await callStore('Queues', () => env.WEBHOOKS.send(next, { delaySeconds }))
  }
  return finished.disabled
}

/** Whether it was made: what fails on our side says nothing of the endpoint. */
interface Attempt {
  made: boolean
  posted: Posted
}

function refuse(reason: string): Attempt {
  return { made: false, posted: { ok: false, reason } }
}

async function post(
  env: Bindings,
  { organizationId, url, secrets }: Destination,
  { eventId }: DeliveryMessage,
  now: EpochSeconds,
): Promise<Attempt> {
  const event = await findEvent(env.DB, eventId)
  if (!event) return refuse('The event is older than the audit log reaches.')
  const body = JSON.stringify({
    type: event.event,
    timestamp: new Date(event.at * 1000).toISOString(),
    data: { organization_id: organizationId, ...toEventBody(event) },
  })
  const headers = await messageHeaders({ id: event.id, timestamp: now, body }, secrets)
  return { made: true, posted: await guardedPost(readConfig(env), url, { headers, body }) }
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
