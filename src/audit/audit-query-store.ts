import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, batch, conditions, first, statement } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { AUDIT_EVENT_NAMES, type AuditEventName, type Limits } from './events.ts'

/** An event as a reader finds it: with the addresses of the people in it, as far as they have an account. */
export interface LoggedEvent {
  id: string
  event: AuditEventName
  at: EpochSeconds
  actor: string | null
  actorEmail: string | null
  accountId: string | null
  accountEmail: string | null
  clientId: string | null
  clientName: string | null
  grantId: string | null
  address: string | null
  reason: string | null
  limits: Limits | null
}

/** Null: whatever it is. */
export interface AuditFilter {
  event: AuditEventName | null
  clientId: string | null
  /** Whom it concerns, or who did it. */
  accountId: string | null
  from: EpochSeconds | null
  to: EpochSeconds | null
}

/** Where a page begins: before this event. */
export interface AuditPosition {
  at: EpochSeconds
  id: string
}

const eventRow = camelKeys(
  z.object({
    id: z.string(),
    event: z.enum(AUDIT_EVENT_NAMES),
    at: z.number(),
    actor: z.string().nullable(),
    actor_email: z.string().nullable(),
    account_id: z.string().nullable(),
    account_email: z.string().nullable(),
    client_id: z.string().nullable(),
    client_name: z.string().nullable(),
    grant_id: z.string().nullable(),
    address: z.string().nullable(),
    reason: z.string().nullable(),
    limits: jsonColumn(
      z.object({ scopeCeiling: z.array(z.string()).nullable(), expiresAt: z.number().nullable() }),
    ).nullable(),
  }),
)

/** With the people and the app in it, as far as they are there. */
const EVENTS = `
  SELECT audit_events.*, actors.email AS actor_email, accounts.email AS account_email, apps.client_name`
const PARTICIPANTS = `
  LEFT JOIN accounts AS actors ON actors.id = audit_events.actor
  LEFT JOIN accounts ON accounts.id = audit_events.account_id
  LEFT JOIN apps ON apps.client_id = audit_events.client_id`

export async function findEvent(db: D1Database, id: string): Promise<LoggedEvent | undefined> {
  return first(db, eventRow, `${EVENTS} FROM audit_events ${PARTICIPANTS} WHERE audit_events.id = ?`, [id])
}

/** The newest first. */
export async function listOrganizationEvents(
  db: D1Database,
  organizationId: string,
  filter: AuditFilter,
  { before, limit }: { before: AuditPosition | null; limit: number },
): Promise<LoggedEvent[]> {
  const { event, clientId, accountId, from, to } = filter
  const where = conditions(
    ['shown.organization_id = ?', organizationId],
    event !== null && ['shown.event = ?', event],
    clientId !== null && ['shown.client_id = ?', clientId],
    accountId !== null && ['shown.account_id = ? OR shown.actor = ?', accountId, accountId],
    from !== null && ['shown.at >= ?', from],
    to !== null && ['shown.at <= ?', to],
    before && ['(shown.at, shown.event_id) < (?, ?)', before.at, before.id],
  )
  return all(
    db,
    eventRow,
    `${EVENTS}
       FROM organization_events AS shown JOIN audit_events ON audit_events.id = shown.event_id ${PARTICIPANTS}
      WHERE ${where.sql} ORDER BY shown.at DESC, shown.event_id DESC LIMIT ?`,
    [...where.values, limit],
  )
}

/** What a person did, and what concerned them; the newest first. */
export async function listPersonEvents(db: D1Database, accountId: string, limit: number): Promise<LoggedEvent[]> {
  return all(
    db,
    eventRow,
    `${EVENTS} FROM audit_events ${PARTICIPANTS}
      WHERE audit_events.id IN (SELECT id FROM audit_events WHERE actor = ?1
                                 UNION SELECT id FROM audit_events WHERE account_id = ?1)
      ORDER BY audit_events.at DESC, audit_events.id DESC LIMIT ?2`,
    [accountId, limit],
  )
}

/** So many in one run stay well within what one statement may do; the rest goes with the next. */
const MAX_DELETED = 2000

export async function deleteOldEvents(db: D1Database, before: EpochSeconds): Promise<void> {
  await batch(db, [
    statement(
      db,
      `DELETE FROM organization_events WHERE (organization_id, at, event_id) IN
         (SELECT organization_id, at, event_id FROM organization_events WHERE at < ? LIMIT ?)`,
      [before, MAX_DELETED],
    ),
    statement(db, 'DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE at < ? LIMIT ?)', [
      before,
      MAX_DELETED,
    ]),
  ])
}
