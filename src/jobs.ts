import { deleteExpiredSessions } from './accounts/sessions-store.ts'
import { checkDuePublishers } from './apps/check-publisher.ts'
import { deleteOldKeys } from './apps/idempotency-store.ts'
import { deleteUnusedLogos } from './apps/logo-store.ts'
import { deleteOldRefusalCounts } from './apps/refusal-counts-store.ts'
import { deleteOldTokenErrors } from './apps/token-errors-store.ts'
import { deleteOldUsage } from './apps/usage-store.ts'
import { deleteOldEvents } from './audit/audit-query-store.ts'
import { noteScheduledRun } from './dashboard/operator/health-store.ts'
import { type Bindings, readConfig } from './env.ts'
import { deleteExpiredKeys } from './keys/keys-store.ts'
import { startWaitingJobs } from './ledger/cut-off-portion.ts'
import { currentTime, type EpochSeconds } from './lib/clock.ts'
import { reach } from './lib/storage.ts'
import { endApprovalsStatements } from './organizations/ended-approvals.ts'
import { deleteOldInvitations } from './organizations/invitations-store.ts'
import { deleteOldStatuses } from './revocation/token-statuses-store.ts'
import { deleteOldDeliveries } from './webhooks/deliveries-store.ts'
import { queueDueDeliveries } from './webhooks/queue-deliveries.ts'
import { DELIVERIES_KEPT_SECONDS } from './webhooks/webhook.ts'

const INVITATIONS_KEPT_SECONDS = 30 * 86_400

/**
 * Clean-up, and checks whose time has come; everything here may be repeated or missed without harm. What fails keeps
 * nothing else from its turn, and the run counts as missed.
 */
export async function runScheduled(env: Bindings): Promise<void> {
  const now = currentTime()
  const outcomes = await Promise.allSettled([
    deleteExpiredSessions(env.DB, now),
    deleteExpiredKeys(env.DB, now),
    deleteOldKeys(env.DB, now),
    deleteOldUsage(env.DB, now),
    deleteOldTokenErrors(env.DB, now),
    deleteOldRefusalCounts(env.DB, now),
    deleteUnusedLogos(env.DB, now),
    deleteOldStatuses(env.DB, now),
    deleteOldEvents(env.DB, now - readConfig(env).auditRetentionSeconds),
    endApprovals(env, now),
    deleteOldDeliveries(env.DB, now - DELIVERIES_KEPT_SECONDS),
    deleteOldInvitations(env.DB, now - INVITATIONS_KEPT_SECONDS),
    checkDuePublishers(env.DB, readConfig(env), now),
  ])
  // Last: what the run itself ended is told too.
  await queueDueDeliveries(env, now)
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
  await noteScheduledRun(env.DB, currentTime())
}

/** Approvals whose end has come, and jobs that sleep. */
async function endApprovals(env: Bindings, now: EpochSeconds): Promise<void> {
  await reach('D1', () => env.DB.batch(endApprovalsStatements(env.DB, now)))
  await startWaitingJobs(env)
}
