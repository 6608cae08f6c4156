import { deleteExpiredSessions } from './accounts/sessions-store.ts'
import { checkDuePublishers } from './apps/check-publisher.ts'
import { deleteOldKeys } from './apps/idempotency-store.ts'
import { deleteUnusedLogos } from './apps/logo-store.ts'
import { deleteOldRefusalCounts } from './apps/refusal-counts-store.ts'
import { deleteOldTokenErrors } from './apps/token-errors-store.ts'
import { deleteOldUsage } from './apps/usage-store.ts'
import { deleteOldEvents } from './audit/audit-query-store.ts'
import { announceChanges } from './authority/announce.ts'
import { noteScheduledRun } from './dashboard/operator/health-store.ts'
import { tellOfDisabledWebhook } from './dashboard/organizations/webhooks/tell-of-disabled-webhook.ts'
import { type Bindings, readConfig } from './env.ts'
import { deleteExpiredKeys } from './keys/keys-store.ts'
import { startWaitingJobs } from './ledger/job-step.ts'
import { currentTime, type EpochSeconds } from './lib/clock.ts'
import { batch } from './lib/d1.ts'
import { endApprovalsStatements } from './organizations/ended-approvals.ts'
import { deleteOldInvitations } from './organizations/invitations-store.ts'
import { deleteOldStatuses } from './revocation/token-statuses-store.ts'
import { deliverQueued } from './webhooks/deliver.ts'
import { deleteOldDeliveries } from './webhooks/deliveries-store.ts'
import { queueDueDeliveries } from './webhooks/queue-deliveries.ts'
import { DELIVERIES_KEPT_SECONDS, type DeliveryMessage } from './webhooks/webhook.ts'

const INVITATIONS_KEPT_SECONDS = 30 * 86_400

type Job = (env: Bindings, now: EpochSeconds) => Promise<unknown>

/** What is done every minute: clean-up, and checks whose time has come. Each may be repeated or missed without harm. */
const EVERY_MINUTE: Record<string, Job> = {
  expiredSessions: ({ DB }, now) => deleteExpiredSessions(DB, now),
  expiredSigningKeys: ({ DB }, now) => deleteExpiredKeys(DB, now),
  idempotencyKeys: ({ DB }, now) => deleteOldKeys(DB, now),
  usageCounts: ({ DB }, now) => deleteOldUsage(DB, now),
  tokenErrors: ({ DB }, now) => deleteOldTokenErrors(DB, now),
  refusalCounts: ({ DB }, now) => deleteOldRefusalCounts(DB, now),
  unusedLogos: ({ DB }, now) => deleteUnusedLogos(DB, now),
  tokenStatuses: ({ DB }, now) => deleteOldStatuses(DB, now),
  auditEvents: (env, now) => deleteOldEvents(env.DB, now - readConfig(env).auditRetentionSeconds),
  webhookDeliveries: ({ DB }, now) => deleteOldDeliveries(DB, now - DELIVERIES_KEPT_SECONDS),
  invitations: ({ DB }, now) => deleteOldInvitations(DB, now - INVITATIONS_KEPT_SECONDS),
  publisherChecks: (env, now) => checkDuePublishers(env.DB, readConfig(env), now),
  endedApprovals: endApprovals,
}

/** What fails keeps nothing else from its turn, and the run counts as missed. */
export async function runScheduled(env: Bindings): Promise<void> {
  const now = currentTime()
  const outcomes = await Promise.allSettled(Object.values(EVERY_MINUTE).map((job) => job(env, now)))
  // Last: what the run itself changed and ended is told too.
  await Promise.all([announceChanges(env), queueDueDeliveries(env, now)])
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
  await noteScheduledRun(env.DB, currentTime())
}

/** The one queue: what webhooks are told. */
export function runQueued(batch: MessageBatch<DeliveryMessage>, env: Bindings, ctx: ExecutionContext): Promise<void> {
  const waitUntil = (work: Promise<unknown>) => ctx.waitUntil(work)
  return deliverQueued(env, batch, (webhook) => tellOfDisabledWebhook(env, waitUntil, webhook))
}

/** Approvals whose end has come, and jobs that sleep. */
async function endApprovals(env: Bindings, now: EpochSeconds): Promise<void> {
  await batch(env.DB, endApprovalsStatements(env.DB, now))
  await startWaitingJobs(env)
}
