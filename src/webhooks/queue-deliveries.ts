import { type Bindings, readConfig } from '../env.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { callStore, StorageUnavailable } from '../lib/storage.ts'
import { claimDueDeliveries } from './deliveries-store.ts'

/** As many as one call to the queue takes. */
const BATCH_SIZE = 100
const MAX_CLAIMED = 1000

/** Puts what is due into the queue. The rows are the truth: what does not get there is due again a minute later. */
export async function queueDueDeliveries(env: Bindings, now: EpochSeconds): Promise<void> {
  const budget = { postsPerMinute: readConfig(env).webhookPostsPerMinute }
  const due = await claimDueDeliveries(env.DB, budget, now, MAX_CLAIMED)
  for (let sent = 0; sent < due.length; sent += BATCH_SIZE) {
    const batch = due.slice(sent, sent + BATCH_SIZE).map((body) => ({ body }))
    await callStore('Queues', () => env.WEBHOOKS.sendBatch(batch))
  }
}

/** For the place behind a change: who changed something does not hear of it when the queue has to wait. */
export async function queueWhatBecameDue(env: Bindings, now: EpochSeconds): Promise<void> {
  try {
    await queueDueDeliveries(env, now)
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error
    console.error(`webhooks wait for the schedule: ${error.message}`)
  }
}
