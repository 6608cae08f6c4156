import type { Bindings } from '../../../src/env.ts'
import type { Store } from '../../../src/lib/storage.ts'
import type { DeliveryMessage } from '../../../src/webhooks/webhook.ts'
import { faults } from '../../support/workers/faults.ts'
import worker from '../../support/workers/faulty-worker.ts'
import { DISTANCES_PATH, type Distances } from './distances.ts'

export { Authority, CutOffWorkflow, GrantLedger, Limits, OneTime } from '../../support/workers/faulty-worker.ts'

/** The real Worker and its real objects, over bindings that are as far away as they were last told to be. */
export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== DISTANCES_PATH) return worker.fetch(request, env, context)
    const distances = await request.json<Distances>()
    const stores = Object.entries(distances) as [Store, number][]
    faults.inject(...stores.map(([store, delayMs]) => ({ store, delayMs, manner: 'delay' }) as const))
    return new Response()
  },
  queue: worker.queue,
} satisfies ExportedHandler<Bindings, DeliveryMessage>
