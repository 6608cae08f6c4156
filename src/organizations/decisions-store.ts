import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
import { ENDED_APPROVALS } from '../revocation/removals-store.ts'
import { type AppDecision, DECISIONS } from './decision.ts'

const decisionRow = z
  .object({
    client_id: z.string(),
    decision: z.enum(DECISIONS),
    scope_ceiling: jsonColumn(z.array(z.string())).nullable(),
    considered_scopes: jsonColumn(z.array(z.string())),
    expires_at: z.number().nullable(),
    note: z.string().nullable(),
    decided_by: z.string(),
    decided_at: z.number(),
  })
  .transform(
    (row): AppDecision => ({
      clientId: row.client_id,
      decision: row.decision,
      scopeCeiling: row.scope_ceiling,
      consideredScopes: row.considered_scopes,
      expiresAt: row.expires_at,
      note: row.note,
      decidedBy: row.decided_by,
      decidedAt: row.decided_at,
    }),
  )

/** The newest first. */
export async function listDecisions(db: D1Database, organizationId: string): Promise<AppDecision[]> {
  const statement = db
    .prepare('SELECT * FROM app_decisions WHERE organization_id = ? ORDER BY decided_at DESC, client_id')
    .bind(organizationId)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => decisionRow.parse(row))
}

export async function findDecision(
  db: D1Database,
  organizationId: string,
  clientId: string,
): Promise<AppDecision | undefined> {
  const statement = db
    .prepare('SELECT * FROM app_decisions WHERE organization_id = ? AND client_id = ?')
    .bind(organizationId, clientId)
  const row = await reach('D1', () => statement.first())
  return row ? decisionRow.parse(row) : undefined
}

/** By app; those that nothing is decided about are missing. */
export async function findDecisions(
  db: D1Database,
  organizationId: string,
  clientIds: readonly string[],
): Promise<Map<string, AppDecision>> {
  const statement = db
    .prepare('SELECT * FROM app_decisions WHERE organization_id = ? AND client_id IN (SELECT value FROM json_each(?))')
    .bind(organizationId, JSON.stringify(clientIds))
  const { results } = await reach('D1', () => statement.all())
  const decisions = results.map((row) => decisionRow.parse(row))
  return new Map(decisions.map((decision) => [decision.clientId, decision]))
}

/** One decision an app: a new one replaces the old. */
export function putDecisionStatement(
  db: D1Database,
  organizationId: string,
  decision: AppDecision,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO app_decisions
         (organization_id, client_id, decision, scope_ceiling, considered_scopes, expires_at, note, decided_by,
          decided_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (organization_id, client_id) DO UPDATE SET
         decision = excluded.decision, scope_ceiling = excluded.scope_ceiling,
         considered_scopes = excluded.considered_scopes, expires_at = excluded.expires_at, note = excluded.note, decided_by = excluded.decided_by, decided_at = excluded.decided_at, ended_at = NULL, told_scopes = '[]'`,
    )
    .bind(
      organizationId,
      decision.clientId,
      decision.decision,
      decision.scopeCeiling && JSON.stringify(decision.scopeCeiling),
      JSON.stringify(decision.consideredScopes),
      decision.expiresAt,
      decision.note,
      decision.decidedBy,
      decision.decidedAt,
    )
}

/** After what they end was cut off: each end is audited once. */
export function markEndedApprovalsStatements(db: D1Database, now: EpochSeconds): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `INSERT OR IGNORE INTO audit_events (id, event, at, organization_id, client_id, organizations)
         SELECT 'evt_ended_' || organization_id || '_' || client_id || '_' || expires_at, 'approval.ended', expires_at,
                organization_id, client_id, json_array(organization_id) FROM (${ENDED_APPROVALS}) JOIN app_decisions USING (organization_id, client_id)`,
      )
      .bind(now),
    db
      .prepare(`UPDATE app_decisions SET ended_at = ?1 WHERE (organization_id, client_id) IN (${ENDED_APPROVALS})`)
      .bind(now),
  ]
}

export function deleteDecisionStatement(db: D1Database, organizationId: string, clientId: string): D1PreparedStatement {
  return db
    .prepare('DELETE FROM app_decisions WHERE organization_id = ? AND client_id = ?')
    .bind(organizationId, clientId)
}
