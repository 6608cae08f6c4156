import type { AuditEvent, Limits } from './events.ts'

const COLUMNS =
  'id, event, at, actor, organization_id, client_id, grant_id, account_id, address, reason, organizations, limits'

/** Goes into the batch of the change that it tells of, or comes from an outbox; delivered twice, it is one row. */
export function auditStatement(db: D1Database, event: AuditEvent): D1PreparedStatement {
  return db
    .prepare(`INSERT OR IGNORE INTO audit_events (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .bind(...columnValues(event))
}

/** For the place right after a conditional change in its batch: what changed nothing did not happen. */
export function auditIfChangedStatement(db: D1Database, event: AuditEvent): D1PreparedStatement {
  return db
    .prepare(
      `INSERT OR IGNORE INTO audit_events (${COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE changes() > 0`,
    )
    .bind(...columnValues(event))
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
