import type { EpochSeconds } from '../lib/clock.ts'
import { randomId } from '../lib/random.ts'
import { successorsStatement } from './token-statuses-store.ts'

/**
 * Whether an organization refuses an app, as `refusalOf` in src/grants/present.ts says it for one grant: blocked, or
 * without a living approval where the policy asks for one or for a verified publisher.
 */
export const isRefused = (policy = 'organization.policy') => `
  iif(decision.expires_at IS NULL OR decision.expires_at > ?1, coalesce(decision.decision, ''), '') = 'blocked'
  OR (iif(decision.expires_at IS NULL OR decision.expires_at > ?1, coalesce(decision.decision, ''), '') <> 'approved'
      AND app.first_party = 0
      AND (${policy} = 'approved' OR (${policy} = 'verified' AND app.publisher_domain IS NULL)))`

/** What changed: an organization's decisions or policy, or what an app is. Neither: time went by. */
export interface CutOffCause {
  organizationId?: string
  clientId?: string
  /** The name of the audit event, and who did it. */
  event: string
  actor: string | null
}

/**
 * For the batch that changes who may reach an organization, before and after the change: consents that lost it are
 * over for good there, their access tokens die, their grants get the next generation, and a job is written that
 * cleans up. Reads what the batch has just written, so that no change beside it is missed. Twice is harmless.
 */
export function cutOffStatements(db: D1Database, cause: CutOffCause, now: EpochSeconds): D1PreparedStatement[] {
  const endId = randomId('cut')
  const { organizationId = null, clientId = null, event, actor } = cause
  return [
    db.prepare(CUT_OFF).bind(now, endId, organizationId, clientId),
    db.prepare(END).bind(now, endId),
    db.prepare(INSERT_JOBS).bind(now, endId, event, actor),
    successorsStatement(db, endId),
  ]
}

/** Consents that nothing has cut off yet, where the organization refuses the app now. */
const CUT_OFF = `
  INSERT INTO app_cutoffs (organization_id, client_id, at, cut_by)
  SELECT DISTINCT status.organization_id, status.client_id, ?1, ?2
    FROM organization_statuses AS status
    JOIN organizations AS organization ON organization.id = status.organization_id
    JOIN apps AS app ON app.client_id = status.client_id
    LEFT JOIN app_decisions AS decision
      ON decision.organization_id = status.organization_id AND decision.client_id = status.client_id
    LEFT JOIN app_cutoffs AS former
      ON former.organization_id = status.organization_id AND former.client_id = status.client_id
   WHERE (?3 IS NULL OR status.organization_id = ?3) AND (?4 IS NULL OR status.client_id = ?4)
     AND status.consented_at > coalesce(former.at, 0) AND (${isRefused()})
  ON CONFLICT DO UPDATE SET at = excluded.at, cut_by = excluded.cut_by`

const END = `
  UPDATE token_statuses SET invalid_at = ?1, ended_by = ?2
   WHERE invalid_at IS NULL AND id IN (
     SELECT status_id FROM app_cutoffs JOIN organization_statuses USING (organization_id, client_id)
      WHERE cut_by = ?2 AND consented_at <= at)`

/** Before the successors: what was just ended says how much there is to do. */
const INSERT_JOBS = `
  INSERT INTO cut_off_jobs
    (id, organization_id, client_id, cause, requested_by, created_at, total, progressed_at)
  SELECT 'job_' || substr(?2, 5) || '_' || row_number() OVER (), organization_id, client_id, ?3, ?4, ?1,
         (SELECT count(*) FROM token_statuses
           WHERE ended_by = ?2 AND token_statuses.client_id = app_cutoffs.client_id
             AND EXISTS (SELECT 1 FROM json_each(organizations) WHERE value = app_cutoffs.organization_id)), ?1
    FROM app_cutoffs WHERE cut_by = ?2`
