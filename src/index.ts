import { app } from './app.ts'
import { tellOfDisabledWebhook } from './dashboard/organizations/webhooks/tell-of-disabled-webhook.ts'
import type { Bindings } from './env.ts'
import { runScheduled } from './jobs.ts'
import { deliverQueued } from './webhooks/deliver.ts'
import type { DeliveryMessage } from './webhooks/webhook.ts'

export { SigningKeys } from './keys/signing-keys-object.ts'
export { CutOffWorkflow } from './ledger/cut-off-workflow.ts'
export { GrantLedger } from './ledger/grant-ledger-object.ts'
export { Limits } from './lib/limits-object.ts'
export { OneTime } from './lib/one-time-object.ts'

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => runScheduled(env),
  queue: (batch, env, ctx) =>
    deliverQueued(env, batch, (webhook) => tellOfDisabledWebhook(env, (work) => ctx.waitUntil(work), webhook)),
} satisfies ExportedHandler<Bindings, DeliveryMessage>
