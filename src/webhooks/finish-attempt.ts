import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
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
    const [finished] = await reach('D1', () => db.batch([finish, ...after]))
    return { counted: changed(finished), disabled: undefined }
  }
  const { id, organizationId } = webhook
  const host = hostOf(webhook)
  const event = newAuditEvent({ event: 'webhook.disabled', at: now, organizationId, reason: host })
  const [finished, , disabled] = await reach('D1', () =>
    db.batch([
      finish,
      countFailureStatement(db, id, now),
      disableFailingStatement(db, id, now),
      auditIfChangedStatement(db, event),
    ]),
  )
  return { counted: changed(finished), disabled: changed(disabled) ? { id, organizationId, host } : undefined }
}

function changed(result: D1Result | undefined): boolean {
  return (result?.meta.changes ?? 0) > 0
}
