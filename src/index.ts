import { app } from './app.ts'
import type { Bindings } from './env.ts'
import { runQueued, runScheduled } from './jobs.ts'
import type { DeliveryMessage } from './webhooks/webhook.ts'

export { Authority } from './authority/authority-object.ts'
export { CutOffWorkflow } from './ledger/cut-off-workflow.ts'
export { GrantLedger } from './ledger/grant-ledger-object.ts'
export { Limits } from './lib/limits-object.ts'
export { OneTime } from './lib/one-time-object.ts'

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => runScheduled(env),
  queue: runQueued,
} satisfies ExportedHandler<Bindings, DeliveryMessage>
