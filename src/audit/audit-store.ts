import { batch, statement } from '../lib/d1.ts'
import type { AuditEvent, Limits } from './events.ts'

const COLUMNS =
  'id, event, at, actor, organization_id, client_id, grant_id, account_id, address, reason, organizations, limits'

/** Goes into the batch of the change that it tells of, or comes from an outbox; delivered twice, it is one row. */
export function auditStatement(db: D1Database, event: AuditEvent): D1PreparedStatement {
  return statement(
    db,
    // Triggers write the rows of the organizations that it concerns, and the deliveries to their webhooks.
    `INSERT OR IGNORE INTO audit_events (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    columnValues(event),
  )
}

/** For the place right after a conditional change in its batch: what changed nothing did not happen. */
export function auditIfChangedStatement(db: D1Database, event: AuditEvent): D1PreparedStatement {
  return statement(
    db,
    // Triggers write the rows of the organizations that it concerns, and the deliveries to their webhooks.
    `INSERT OR IGNORE INTO audit_events (${COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE changes() > 0`,
    columnValues(event),
  )
}

/**
 * For whoever is erased: what happened stays, with the account's id. Addresses that invited or withdrew it, hashes of
 * where it was, and its own words go.
 */
export function forgetPersonInEventsStatements(
  db: D1Database,
  { accountId, email }: { accountId: string; email: string },
): D1PreparedStatement[] {
  return [
    statement(
      db,
      `UPDATE audit_events SET reason = NULL
        WHERE event IN ('invitation.created', 'invitation.withdrawn')
          AND reason IN (?1, ?1 || ' as owner', ?1 || ' as admin', ?1 || ' as developer', ?1 || ' as member')`,
      [email],
    ),
    statement(db, `UPDATE audit_events SET reason = NULL WHERE actor = ? AND event = 'access.requested'`, [accountId]),
  ]
}

/** The same for where they were, which can be many: behind the decision. */
export async function forgetWherePersonWas(db: D1Database, accountId: string): Promise<void> {
  await batch(db, [
    statement(db, 'UPDATE audit_events SET address = NULL WHERE actor = ? AND address IS NOT NULL', [accountId]),
    statement(db, 'UPDATE audit_events SET address = NULL WHERE account_id = ? AND address IS NOT NULL', [accountId]),
  ])
}

function columnValues(event: AuditEvent): (string | number | null)[] {
  return [
    event.id,
    event.event,
    event.at,
    event.actor ?? null,
    event.organizationId ?? null,
    event.clientId ?? null,
    event.grantId ?? null,
    event.accountId ?? null,
    event.address ?? null,
    event.reason ?? null,
    JSON.stringify(event.organizations ?? (event.organizationId ? [event.organizationId] : [])),
    event.limits ? toColumn(event.limits) : null,
  ]
}

function toColumn({ scopeCeiling, expiresAt }: Limits): string {
  return JSON.stringify({ scopeCeiling, expiresAt })
}
