import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, first, statement } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { ENDED_APPROVALS } from '../revocation/removals-store.ts'
import { type AppDecision, DECISIONS } from './decision.ts'

const decisionRow = camelKeys(
  z.object({
    client_id: z.string(),
    decision: z.enum(DECISIONS),
    scope_ceiling: jsonColumn(z.array(z.string())).nullable(),
    considered_scopes: jsonColumn(z.array(z.string())),
    expires_at: z.number().nullable(),
    note: z.string().nullable(),
    decided_by: z.string(),
    decided_at: z.number(),
  }),
)

/** The newest first. */
export async function listDecisions(db: D1Database, organizationId: string): Promise<AppDecision[]> {
  return all(
    db,
    decisionRow,
    'SELECT * FROM app_decisions WHERE organization_id = ? ORDER BY decided_at DESC, client_id',
    [organizationId],
  )
}

export async function findDecision(
  db: D1Database,
  organizationId: string,
  clientId: string,
): Promise<AppDecision | undefined> {
  const sql = 'SELECT * FROM app_decisions WHERE organization_id = ? AND client_id = ?'
  return first(db, decisionRow, sql, [organizationId, clientId])
}

/** By app; those that nothing is decided about are missing. */
export async function findDecisions(
  db: D1Database,
  organizationId: string,
  clientIds: readonly string[],
): Promise<Map<string, AppDecision>> {
  const decisions = await all(
    db,
    decisionRow,
    'SELECT * FROM app_decisions WHERE organization_id = ? AND client_id IN (SELECT value FROM json_each(?))',
    [organizationId, JSON.stringify(clientIds)],
  )
  return new Map(decisions.map((decision) => [decision.clientId, decision]))
}

/** One decision an app: a new one replaces the old. */
export function putDecisionStatement(
  db: D1Database,
  organizationId: string,
  decision: AppDecision,
): D1PreparedStatement {
  return statement(
    db,
    // A trigger gives the app its row in the inventory (organization_apps).
    `INSERT INTO app_decisions
       (organization_id, client_id, decision, scope_ceiling, considered_scopes, expires_at, note, decided_by,
        decided_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (organization_id, client_id) DO UPDATE SET
       decision = excluded.decision, scope_ceiling = excluded.scope_ceiling,
       considered_scopes = excluded.considered_scopes, expires_at = excluded.expires_at, note = excluded.note, decided_by = excluded.decided_by, decided_at = excluded.decided_at, ended_at = NULL, told_scopes = '[]'`,
    [
      organizationId,
      decision.clientId,
      decision.decision,
      decision.scopeCeiling && JSON.stringify(decision.scopeCeiling),
      JSON.stringify(decision.consideredScopes),
      decision.expiresAt,
      decision.note,
      decision.decidedBy,
      decision.decidedAt,
    ],
  )
}

/** After what they end was cut off: each end is audited once. */
export function markEndedApprovalsStatements(db: D1Database, now: EpochSeconds): D1PreparedStatement[] {
  return [
    statement(
      db,
      // Triggers write the rows of the organizations that it concerns, and the deliveries to their webhooks.
      `INSERT OR IGNORE INTO audit_events (id, event, at, organization_id, client_id, organizations)
       SELECT 'evt_ended_' || organization_id || '_' || client_id || '_' || expires_at, 'approval.ended', expires_at,
              organization_id, client_id, json_array(organization_id) FROM (${ENDED_APPROVALS}) JOIN app_decisions USING (organization_id, client_id)`,
      [now],
    ),
    statement(db, `UPDATE app_decisions SET ended_at = ?1 WHERE (organization_id, client_id) IN (${ENDED_APPROVALS})`, [
      now,
    ]),
  ]
}

export function deleteDecisionStatement(db: D1Database, organizationId: string, clientId: string): D1PreparedStatement {
  const sql = 'DELETE FROM app_decisions WHERE organization_id = ? AND client_id = ?'
  return statement(db, sql, [organizationId, clientId])
}
