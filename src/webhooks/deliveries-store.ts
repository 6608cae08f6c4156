import { z } from 'zod'
import { AUDIT_EVENT_NAMES } from '../audit/events.ts'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, batch, conditions, rowsOf, run, statement } from '../lib/d1.ts'
import { chargeAttemptStatement, minuteOf, nextMinuteAt, type PostBudget } from './posts-store.ts'
import { DELIVERY_STATES, type Delivery, type DeliveryMessage, type DeliveryState } from './webhook.ts'

/** What was put into the queue, or is being attempted, and is not heard of for this long is put there again. */
const LOST_AFTER_SECONDS = 60

const deliveryRow = camelKeys(
  z.object({
    webhook_id: z.string(),
    event_id: z.string(),
    event: z.enum(AUDIT_EVENT_NAMES),
    state: z.enum(DELIVERY_STATES),
    attempts: z.number(),
    due_at: z.number(),
    created_at: z.number(),
    attempted_at: z.number().nullable(),
    status: z.number().nullable(),
    reason: z.string().nullable(),
  }),
).transform(({ dueAt, ...delivery }) => ({ ...delivery, nextAttemptAt: delivery.state === 'waiting' ? dueAt : null }))

/** Where a page begins: before this delivery. */
export interface DeliveryPosition {
  createdAt: EpochSeconds
  eventId: string
}

/** The newest first. */
export async function listDeliveries(
  db: D1Database,
  webhookId: string,
  { state, before, limit }: { state: DeliveryState | null; before: DeliveryPosition | null; limit: number },
): Promise<Delivery[]> {
  const where = conditions(
    ['deliveries.webhook_id = ?', webhookId],
    state && ['deliveries.state = ?', state],
    before && ['(deliveries.created_at, deliveries.event_id) < (?, ?)', before.createdAt, before.eventId],
  )
  return all(
    db,
    deliveryRow,
    `SELECT deliveries.*, audit_events.event
       FROM webhook_deliveries AS deliveries JOIN audit_events ON audit_events.id = deliveries.event_id
      WHERE ${where.sql}
      ORDER BY deliveries.created_at DESC, deliveries.event_id DESC LIMIT ?`,
    [...where.values, limit],
  )
}

/** Of one webhook in one run; the rest goes with the next. */
const CLAIMED_OF_ONE_WEBHOOK = 200

/** What may be sent now: of webhooks that are on, of organizations that are not suspended, taken in turn. */
const IN_TURN = `
  WITH RECURSIVE waiting (webhook_id) AS (
    SELECT min(webhook_id) FROM webhook_deliveries WHERE state = 'waiting'
     UNION ALL
    SELECT (SELECT min(webhook_id) FROM webhook_deliveries
             WHERE state = 'waiting' AND webhook_id > waiting.webhook_id)
      FROM waiting WHERE waiting.webhook_id IS NOT NULL
  ), due AS (
    SELECT webhooks.organization_id, deliveries.webhook_id, deliveries.event_id, deliveries.due_at,
           row_number() OVER (PARTITION BY deliveries.webhook_id
                              ORDER BY deliveries.due_at, deliveries.created_at, deliveries.event_id) AS place
      FROM waiting
      JOIN webhooks ON webhooks.id = waiting.webhook_id AND webhooks.state = 'enabled'
      JOIN organizations ON organizations.id = webhooks.organization_id AND organizations.suspended_at IS NULL
      JOIN webhook_deliveries AS deliveries ON deliveries.webhook_id = webhooks.id
       AND deliveries.event_id IN (SELECT event_id FROM webhook_deliveries AS mine
                                    WHERE mine.webhook_id = webhooks.id AND mine.state = 'waiting' AND mine.due_at <= ?1
                                    ORDER BY mine.due_at LIMIT ${CLAIMED_OF_ONE_WEBHOOK})
  ), turns AS (
    SELECT due.*, row_number() OVER (PARTITION BY organization_id ORDER BY place, due_at, webhook_id) AS turn FROM due
  )
  SELECT webhook_id, event_id FROM turns LEFT JOIN webhook_posts AS made USING (organization_id)
   WHERE turn <= ?3 - iif(made.minute >= ?4, made.posts, 0)
   ORDER BY turn, due_at LIMIT ?2`

const messageRow = z.object({ webhookId: z.string(), eventId: z.string(), attempt: z.number() })

/**
 * Takes what is due, for the queue: one of each organization, then a second of each, and of none more than its budget
 * has left. What the queue then loses is due again a minute later.
 */
export async function claimDueDeliveries(
  db: D1Database,
  { postsPerMinute }: PostBudget,
  now: EpochSeconds,
  limit: number,
): Promise<DeliveryMessage[]> {
  return all(
    db,
    messageRow,
    `UPDATE webhook_deliveries SET due_at = ?1 + ${LOST_AFTER_SECONDS}
      WHERE (webhook_id, event_id) IN (${IN_TURN})
     RETURNING webhook_id AS webhookId, event_id AS eventId, attempts AS attempt`,
    [now, limit, postsPerMinute, minuteOf(now)],
  )
}

const begunRow = z.object({ failures: z.number() })

/**
 * The number of failures before; undefined when there is nothing to attempt, or somebody else does, or nothing may be
 * sent now: the organization is suspended, its webhook is off, or its budget is used up. Then it waits.
 */
export async function beginAttempt(
  db: D1Database,
  message: DeliveryMessage,
  budget: PostBudget,
  now: EpochSeconds,
): Promise<z.output<typeof begunRow> | undefined> {
  const { webhookId, eventId, attempt } = message
  const begin = statement(
    db,
    `UPDATE webhook_deliveries
        SET attempts = attempts + 1, attempted_at = ?4, due_at = ?4 + ${LOST_AFTER_SECONDS}
      WHERE changes() > 0 AND webhook_id = ?1 AND event_id = ?2 AND attempts = ?3 AND state = 'waiting'
     RETURNING failures`,
    [webhookId, eventId, attempt, now],
  )
  const postpone = statement(
    db,
    `UPDATE webhook_deliveries SET due_at = ?4
      WHERE webhook_id = ?1 AND event_id = ?2 AND attempts = ?3 AND state = 'waiting'`,
    [webhookId, eventId, attempt, nextMinuteAt(now)],
  )
  const charge = chargeAttemptStatement(db, message, budget, now)
  const [, begun] = await batch(db, [charge, begin, postpone])
  return rowsOf(begunRow, begun)[0]
}

export interface AttemptOutcome {
  state: DeliveryState
  failures: number
  status: number | null
  reason: string | null
  dueAt: EpochSeconds
}

/** Changes nothing when another attempt began meanwhile: its outcome counts. */
export function finishAttemptStatement(
  db: D1Database,
  { webhookId, eventId, attempt }: DeliveryMessage,
  { state, failures, status, reason, dueAt }: AttemptOutcome,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE webhook_deliveries SET state = ?4, failures = ?5, status = ?6, reason = ?7, due_at = ?8
      WHERE webhook_id = ?1 AND event_id = ?2 AND attempts = ?3 + 1`,
    [webhookId, eventId, attempt, state, failures, status, reason, dueAt],
  )
}

/** Due now, with all its retries before it. False: there is no such delivery. */
export async function sendAgain(
  db: D1Database,
  webhookId: string,
  eventId: string,
  now: EpochSeconds,
): Promise<boolean> {
  return (
    (await run(
      db,
      `UPDATE webhook_deliveries SET state = 'waiting', failures = 0, due_at = ?3
      WHERE webhook_id = ?1 AND event_id = ?2`,
      [webhookId, eventId, now],
    )) > 0
  )
}

export function deleteDeliveriesStatement(db: D1Database, webhookId: string): D1PreparedStatement {
  return statement(db, 'DELETE FROM webhook_deliveries WHERE webhook_id = ?', [webhookId])
}

/** So many in one run stay well within what one statement may do; the rest goes with the next. */
const MAX_DELETED = 2000

export async function deleteOldDeliveries(db: D1Database, before: EpochSeconds): Promise<void> {
  await run(
    db,
    `DELETE FROM webhook_deliveries WHERE (webhook_id, event_id) IN
       (SELECT webhook_id, event_id FROM webhook_deliveries WHERE created_at < ? LIMIT ?)`,
    [before, MAX_DELETED],
  )
}
