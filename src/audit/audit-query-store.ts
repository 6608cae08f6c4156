import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
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

const eventRow = z
  .object({
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
  })
  .transform(
    (row): LoggedEvent => ({
      id: row.id,
      event: row.event,
      at: row.at,
      actor: row.actor,
      actorEmail: row.actor_email,
      accountId: row.account_id,
      accountEmail: row.account_email,
      clientId: row.client_id,
      clientName: row.client_name,
      grantId: row.grant_id,
      address: row.address,
      reason: row.reason,
      limits: row.limits,
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
  const statement = db.prepare(`${EVENTS} FROM audit_events ${PARTICIPANTS} WHERE audit_events.id = ?`).bind(id)
  const row = await reach('D1', () => statement.first())
  return row ? eventRow.parse(row) : undefined
}

/** The newest first. */
export async function listOrganizationEvents(
  db: D1Database,
  organizationId: string,
  filter: AuditFilter,
  { before, limit }: { before: AuditPosition | null; limit: number },
): Promise<LoggedEvent[]> {
  const { event, clientId, accountId, from, to } = filter
  const values = [organizationId, event, clientId, accountId, from, to, before?.at ?? null, before?.id ?? null, limit]
  const conditions = [
    ...(event === null ? [] : ['shown.event = ?2']),
    ...(clientId === null ? [] : ['shown.client_id = ?3']),
    ...(accountId === null ? [] : ['(shown.account_id = ?4 OR shown.actor = ?4)']),
    ...(from === null ? [] : ['shown.at >= ?5']),
    ...(to === null ? [] : ['shown.at <= ?6']),
    ...(before === null ? [] : ['(shown.at, shown.event_id) < (?7, ?8)']),
  ]
  const statement = db
    .prepare(
      `${EVENTS}
         FROM organization_events AS shown JOIN audit_events ON audit_events.id = shown.event_id ${PARTICIPANTS}
        WHERE shown.organization_id = ?1 ${conditions.map((condition) => `AND ${condition} `).join('')}
          AND ?2 IS ?2 AND ?3 IS ?3 AND ?4 IS ?4 AND ?5 IS ?5 AND ?6 IS ?6 AND ?7 IS ?7 AND ?8 IS ?8
        ORDER BY shown.at DESC, shown.event_id DESC LIMIT ?9`,
    )
    .bind(...values)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => eventRow.parse(row))
}

/** What a person did, and what concerned them; the newest first. */
export async function listPersonEvents(db: D1Database, accountId: string, limit: number): Promise<LoggedEvent[]> {
  const statement = db
    .prepare(
      `${EVENTS} FROM audit_events ${PARTICIPANTS}
        WHERE audit_events.id IN (SELECT id FROM audit_events WHERE actor = ?1
                                   UNION SELECT id FROM audit_events WHERE account_id = ?1)
        ORDER BY audit_events.at DESC, audit_events.id DESC LIMIT ?2`,
    )
    .bind(accountId, limit)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => eventRow.parse(row))
}

/** So many in one run stay well within what one statement may do; the rest goes with the next. */
const MAX_DELETED = 2000

export async function deleteOldEvents(db: D1Database, before: EpochSeconds): Promise<void> {
  await reach('D1', () =>
    db.batch([
      db
        .prepare(
          `DELETE FROM organization_events WHERE (organization_id, at, event_id) IN
             (SELECT organization_id, at, event_id FROM organization_events WHERE at < ? LIMIT ?)`,
        )
        .bind(before, MAX_DELETED),
      db
        .prepare('DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE at < ? LIMIT ?)')
        .bind(before, MAX_DELETED),
    ]),
  )
}
