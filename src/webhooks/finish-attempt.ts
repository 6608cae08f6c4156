import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf } from '../lib/d1.ts'
import { type AttemptOutcome, finishAttemptStatement } from './deliveries-store.ts'
import { type DeliveryMessage, hostOf } from './webhook.ts'
import { countFailureStatement, disableFailingStatement, endStreakStatement } from './webhooks-store.ts'

/** A webhook that switched itself off just now. */
export interface DisabledWebhook {
  id: string
  organizationId: string
  host: string
}

interface Finished {
  /** False: another attempt began meanwhile, and its outcome counts. */
  counted: boolean
  disabled: DisabledWebhook | undefined
}

/** `webhook`: whose endpoint the outcome speaks of; null: it says nothing of it. */
export async function finishAttempt(
  db: D1Database,
  message: DeliveryMessage,
  {
    outcome,
    webhook,
  }: { outcome: AttemptOutcome; webhook: { id: string; organizationId: string; url: string } | null },
  now: EpochSeconds,
): Promise<Finished> {
  const finish = finishAttemptStatement(db, message, outcome)
  if (!webhook || outcome.state === 'delivered') {
    const after = webhook ? [endStreakStatement(db, webhook.id)] : []
    const [finished] = await batch(db, [finish, ...after])
    return { counted: changesOf(finished) > 0, disabled: undefined }
  }
  const { id, organizationId } = webhook
  const host = hostOf(webhook)
  const event = newAuditEvent({ event: 'webhook.disabled', at: now, organizationId, reason: host })
  const [finished, , disabled] = await batch(db, [
    finish,
    countFailureStatement(db, id, now),
    disableFailingStatement(db, id, now),
    auditIfChangedStatement(db, event),
  ])
  return {
    counted: changesOf(finished) > 0,
    disabled: changesOf(disabled) > 0 ? { id, organizationId, host } : undefined,
  }
}
