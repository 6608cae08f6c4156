import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, statement } from '../lib/d1.ts'
import { flagColumn } from '../lib/flag-column.ts'
import type { CutOffJob } from './cut-off-jobs-store.ts'

/** Living generations of grants to the apps of an organization, and of grants that name it; ?1 is its id. */
const reaching = (after: string) => `
  SELECT id FROM token_statuses
   WHERE client_id IN (SELECT client_id FROM apps WHERE organization_id = ?1) AND invalid_at IS NULL AND id > ${after}
   UNION SELECT status_id FROM organization_statuses WHERE organization_id = ?1 AND status_id > ${after}`

/**
 * For the batch that closes an organization, after that: the job behind it. `accountId`: the person whose personal
 * organization it is, and whose grants all end. Written once, whoever asks again.
 */
export function insertEndingJobStatement(
  db: D1Database,
  job: { organizationId: string; accountId?: string; cause: string; requestedBy: string },
  now: EpochSeconds,
): D1PreparedStatement {
  const { organizationId, accountId = null, cause, requestedBy } = job
  return statement(
    db,
    `INSERT OR IGNORE INTO cut_off_jobs
       (id, ends, organization_id, account_id, cause, requested_by, created_at, removal, total, progressed_at)
     SELECT 'job_end_' || ?1, ?2, ?1, ?3, ?4, ?5, ?6, (SELECT count FROM access_removals),
            (SELECT count(*) FROM (${reaching('0')})), ?6
       FROM organizations WHERE id = ?1 AND closed_at IS NOT NULL`,
    [organizationId, accountId === null ? 'organization' : 'account', accountId, cause, requestedBy, now],
  )
}

/** A grant that is concerned. */
export interface EndingGrant {
  statusId: number
  accountId: string
  grantId: string
  /** Of an app that was deleted: all of it ends. Otherwise it loses the organization. */
  ends: boolean
}

const grantRow = z.object({ statusId: z.number(), accountId: z.string(), grantId: z.string(), ends: flagColumn })

/** What the job has not looked at yet. */
export async function listNextEndingGrants(db: D1Database, job: CutOffJob, limit: number): Promise<EndingGrant[]> {
  return all(
    db,
    grantRow,
    `SELECT statuses.id AS statusId, statuses.account_id AS accountId, statuses.grant_id AS grantId,
            apps.organization_id = ?1 AS ends
       FROM (${reaching('?2')}) AS reaching JOIN token_statuses AS statuses USING (id) JOIN apps USING (client_id)
      ORDER BY statuses.id LIMIT ?3`,
    [job.organizationId, job.cursor, limit],
  )
}
