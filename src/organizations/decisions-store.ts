import { z } from 'zod'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
import { type AppDecision, DECISIONS } from './decision.ts'

const decisionRow = z
  .object({
    client_id: z.string(),
    decision: z.enum(DECISIONS),
    scope_ceiling: jsonColumn(z.array(z.string())).nullable(),
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
         (organization_id, client_id, decision, scope_ceiling, expires_at, note, decided_by, decided_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (organization_id, client_id) DO UPDATE SET
         decision = excluded.decision, scope_ceiling = excluded.scope_ceiling, expires_at = excluded.expires_at,
         note = excluded.note, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
    )
    .bind(
      organizationId,
      decision.clientId,
      decision.decision,
      decision.scopeCeiling && JSON.stringify(decision.scopeCeiling),
      decision.expiresAt,
      decision.note,
      decision.decidedBy,
      decision.decidedAt,
    )
}

export function deleteDecisionStatement(db: D1Database, organizationId: string, clientId: string): D1PreparedStatement {
  return db
    .prepare('DELETE FROM app_decisions WHERE organization_id = ? AND client_id = ?')
    .bind(organizationId, clientId)
}
