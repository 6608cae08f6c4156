import type { AuditEventName } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { conditions, statement } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import { appRefusal } from './app-refusal-store.ts'
import { countDueRemovalStatement, countRemovalStatement, ENDED_APPROVALS } from './removals-store.ts'
import { successorsStatement } from './token-statuses-store.ts'

/** What changed: an organization's decisions or policy, or what an app is. Neither: approvals that ended. */
export interface CutOffCause {
  organizationId?: string
  clientId?: string
  /** As it is audited, and who did it. */
  event: AuditEventName
  actor: string | null
}

/**
 * For the batch that changes who may reach an organization, before and after the change: consents that lost it are
 * over for good there, their access tokens die, their grants get the next generation, and a job is written that
 * cleans up. Reads what the batch has just written, so that no change beside it is missed. Twice is harmless.
 */
export function cutOffStatements(db: D1Database, cause: CutOffCause, now: EpochSeconds): D1PreparedStatement[] {
  const endId = randomId('cut')
  const { organizationId, clientId, event, actor } = cause
  const due = organizationId === undefined && clientId === undefined
  const where = conditions(
    organizationId !== undefined && ['status.organization_id = ?', organizationId],
    clientId !== undefined && ['status.client_id = ?', clientId],
    due && [`(status.organization_id, status.client_id) IN (${ENDED_APPROVALS})`],
  )
  return [
    due ? countDueRemovalStatement(db, now) : countRemovalStatement(db),
    statement(db, cutOffSql(where.sql), [now, endId, ...where.values]),
    statement(db, END, [now, endId]),
    statement(db, INSERT_JOBS, [now, endId, event, actor]),
    successorsStatement(db, endId),
  ]
}

/** Consents that nothing has cut off yet, where the organization refuses the app now. */
const cutOffSql = (concerned: string) => `
  INSERT INTO app_cut_offs (organization_id, client_id, removal, cut_by)
  SELECT DISTINCT status.organization_id, status.client_id, (SELECT count FROM access_removals), ?2
    FROM organization_statuses AS status
    JOIN organizations AS organization ON organization.id = status.organization_id
    JOIN apps AS app ON app.client_id = status.client_id
    LEFT JOIN app_decisions AS decision
      ON decision.organization_id = status.organization_id AND decision.client_id = status.client_id
    LEFT JOIN app_cut_offs AS former
      ON former.organization_id = status.organization_id AND former.client_id = status.client_id
   WHERE ${concerned}
     AND status.consented_after >= coalesce(former.removal, 0) AND (${appRefusal()}) IS NOT NULL
  ON CONFLICT DO UPDATE SET removal = excluded.removal, cut_by = excluded.cut_by`

// A trigger takes the row from organization_statuses.
const END = `
  UPDATE token_statuses SET invalid_at = ?1, ended_by = ?2
   WHERE invalid_at IS NULL AND id IN (
     SELECT status_id FROM app_cut_offs JOIN organization_statuses USING (organization_id, client_id)
      WHERE cut_by = ?2 AND consented_after < removal)`

/** Before the successors: what was just ended says how much there is to do. */
const INSERT_JOBS = `
  INSERT INTO cut_off_jobs
    (id, organization_id, client_id, cause, requested_by, created_at, removal, total, progressed_at)
  SELECT 'job_' || substr(?2, 5) || '_' || row_number() OVER (), organization_id, client_id, ?3, ?4, ?1, removal,
         (SELECT count(*) FROM token_statuses
           WHERE ended_by = ?2 AND token_statuses.client_id = app_cut_offs.client_id
             AND EXISTS (SELECT 1 FROM json_each(organizations) WHERE value = app_cut_offs.organization_id)), ?1
    FROM app_cut_offs WHERE cut_by = ?2`
