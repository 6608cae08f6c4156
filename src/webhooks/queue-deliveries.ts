import type { Bindings } from '../env.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach, StorageUnavailable } from '../lib/storage.ts'
import { claimDueDeliveries } from './deliveries-store.ts'

/** As many as one call to the queue takes. */
const BATCH_SIZE = 100
const MAX_BATCHES = 10

/** Puts what is due into the queue. The rows are the truth: what does not get there is due again a minute later. */
export async function queueDueDeliveries(env: Bindings, now: EpochSeconds): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const due = await claimDueDeliveries(env.DB, now, BATCH_SIZE)
    if (due.length > 0) await reach('Queues', () => env.WEBHOOKS.sendBatch(due.map((body) => ({ body }))))
    if (due.length < BATCH_SIZE) return
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
