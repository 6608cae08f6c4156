import { auditStatement } from '../audit/audit-store.ts'
import type { Bindings } from '../env.ts'
import type { Grant } from '../grants/grant.ts'
import { grantKeys, grantMetadata, grantView, viewExpiresAt } from '../grants/grant-view.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import { callStore } from '../lib/storage.ts'
import {
  endOlderStatusStatement,
  listLivingStatusesStatement,
  parseLivingStatuses,
} from '../revocation/token-statuses-store.ts'
import { queueWhatBecameDue } from '../webhooks/queue-deliveries.ts'
import { grantIndexStatements, grantStatusStatements } from './grant-index-store.ts'
import type { GrantsStore } from './grants-store.ts'
import type { OutboxStore } from './outbox-store.ts'

const BATCH_SIZE = 50
/** KV allows one write per key per second; one alarm a second delivers each key at most once. */
export const DELIVERY_DELAY_MS = 1000
/** What begins can wait a little: a consent and its redemption are then one delivery. What ends does not wait. */
export const UNHURRIED_DELIVERY_DELAY_MS = 5000
const MAX_BACKOFF_MS = 5 * 60_000

interface Delivery {
  env: Bindings
  accountId: string
  grants: GrantsStore
  outbox: OutboxStore
}

/** Delivers what waits. Each entry is forgotten only after its own delivery; a repeat changes nothing. */
export async function deliverOutbox(delivery: Delivery, now: EpochSeconds): Promise<void> {
  const { env, accountId, grants, outbox } = delivery
  const events = outbox.listEvents(BATCH_SIZE)
  const dirty = outbox.listDirty(BATCH_SIZE)
  const changed = dirty.map(({ grantId }) => grants.find(grantId)).filter((grant) => grant !== undefined)
  const renewals = outbox.listRenewals(BATCH_SIZE)
  const renewed = [...changed.map(({ id }) => id), ...renewals.map(({ grantId }) => grantId)]
  const statements = [
    ...events.map((event) => auditStatement(env.DB, event)),
    ...changed.flatMap((grant) => grantIndexStatements(env.DB, accountId, grant)),
    ...renewals.map((renewal) => endOlderStatusStatement(env.DB, renewal, now)),
    ...changed.flatMap((grant) => grantStatusStatements(env.DB, accountId, grant, now)),
    ...(renewed.length > 0 ? [listLivingStatusesStatement(env.DB, renewed)] : []),
  ]
  const results = statements.length > 0 ? await batch(env.DB, statements) : []
  if (renewed.length > 0) learnStatuses(grants, results.at(-1))
  for (const event of events) outbox.eventDelivered(event.id)
  for (const renewal of renewals) outbox.renewalDelivered(renewal)
  const forgotten = outbox.listForgottenKeys(BATCH_SIZE)
  await callStore('KV', () =>
    Promise.all([
      ...changed.map((grant) => projectToKv(env.GRANTS, accountId, grant, now)),
      ...forgotten.map((key) => env.GRANTS.delete(key)),
    ]),
  )
  for (const entry of dirty) outbox.grantDelivered(entry)
  for (const key of forgotten) outbox.keyForgotten(key)
  if (events.length > 0) await queueWhatBecameDue(env, now)
}

/** What the batch made of them: the next token of each names its present index. */
function learnStatuses(grants: GrantsStore, living: D1Result | undefined): void {
  for (const { grantId, id, revision } of parseLivingStatuses(living)) grants.setStatus(grantId, { id, revision })
}

export function backoffMs(attempts: number): number {
  return Math.min(DELIVERY_DELAY_MS * 2 ** attempts, MAX_BACKOFF_MS)
}

async function projectToKv(kv: KVNamespace, accountId: string, grant: Grant, now: EpochSeconds): Promise<void> {
  const keys = grantKeys(accountId, grant)
  if (grant.state === 'revoked') {
    await Promise.all(keys.map((key) => kv.delete(key)))
    return
  }
  const view = grantView(grant)
  const options = { metadata: grantMetadata(view), expiration: viewExpiresAt(grant, now) }
  await Promise.all(keys.map((key) => kv.put(key, JSON.stringify(view), options)))
}
