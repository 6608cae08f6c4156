import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, first, run, statement } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'

/** A job that made no progress for this long is woken: its Workflow may have slept through a restart. */
export const STALLED_AFTER_SECONDS = 60

/**
 * `access`: grants of an app, or of a person, lose one organization. `organization`: it was closed. `account`: the
 * person was erased, and with them the personal organization.
 */
export const ENDS = ['access', 'organization', 'account'] as const

/** Cleans up in the ledgers behind something that was ended. */
export interface CutOffJob {
  id: string
  ends: (typeof ENDS)[number]
  organizationId: string
  clientId: string | null
  accountId: string | null
  /** The name of the audit event that asked for it. */
  cause: string
  requestedBy: string | null
  createdAt: EpochSeconds
  /** Consents that were allowed before this removal are concerned. */
  removal: number
  total: number
  done: number
  cursor: number
  progressedAt: EpochSeconds
  finishedAt: EpochSeconds | null
}

const jobRow = camelKeys(
  z.object({
    id: z.string(),
    ends: z.enum(ENDS),
    organization_id: z.string(),
    client_id: z.string().nullable(),
    account_id: z.string().nullable(),
    cause: z.string(),
    requested_by: z.string().nullable(),
    created_at: z.number(),
    removal: z.number(),
    total: z.number(),
    done: z.number(),
    cursor: z.number(),
    progressed_at: z.number(),
    finished_at: z.number().nullable(),
  }),
)

/** For the batch that ends a membership, after that: a job for what that person gave, if there is anything. */
export function insertPersonJobStatement(
  db: D1Database,
  job: { organizationId: string; accountId: string; cause: string; requestedBy: string },
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `INSERT INTO cut_off_jobs
       (id, organization_id, account_id, cause, requested_by, created_at, removal, total, progressed_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, (SELECT count FROM access_removals), count(*), ?6
       FROM token_statuses
      WHERE account_id = ?3 AND invalid_at IS NULL
        AND id IN (SELECT status_id FROM organization_statuses WHERE organization_id = ?2)
        AND NOT EXISTS (SELECT 1 FROM members WHERE organization_id = ?2 AND account_id = ?3)
     HAVING count(*) > 0`,
    [randomId('job'), job.organizationId, job.accountId, job.cause, job.requestedBy, now],
  )
}

const claimedRow = z.object({ id: z.string(), instance: z.number() })

/** New jobs, and those without progress; each is given to one caller. */
export async function claimWaitingJobs(db: D1Database, now: EpochSeconds): Promise<z.output<typeof claimedRow>[]> {
  return all(
    db,
    claimedRow,
    `UPDATE cut_off_jobs SET instance = instance + 1, progressed_at = ?1
      WHERE finished_at IS NULL AND (instance = 0 OR progressed_at <= ?2) RETURNING id, instance`,
    [now, now - STALLED_AFTER_SECONDS],
  )
}

export async function findCutOffJob(db: D1Database, id: string): Promise<CutOffJob | undefined> {
  return first(db, jobRow, 'SELECT * FROM cut_off_jobs WHERE id = ?', [id])
}

/** The newest first. */
export async function listCutOffJobs(db: D1Database, organizationId: string, limit: number): Promise<CutOffJob[]> {
  const sql = 'SELECT * FROM cut_off_jobs WHERE organization_id = ? ORDER BY created_at DESC, id LIMIT ?'
  return all(db, jobRow, sql, [organizationId, limit])
}

/** Of every organization: those that run first, then the newest. */
export async function listAllCutOffJobs(db: D1Database, limit: number): Promise<CutOffJob[]> {
  const sql = 'SELECT * FROM cut_off_jobs ORDER BY finished_at IS NOT NULL, created_at DESC, id LIMIT ?'
  return all(db, jobRow, sql, [limit])
}

const grantRow = z.object({ statusId: z.number(), accountId: z.string(), grantId: z.string() })
/** A grant whose access ends, by its account. */
export type CutOffGrant = z.output<typeof grantRow>

/** What the job has not looked at yet. Consents from after it began are none of its. */
export async function listNextGrants(db: D1Database, job: CutOffJob, limit: number): Promise<CutOffGrant[]> {
  const [column, value] = job.clientId === null ? ['account_id', job.accountId] : ['client_id', job.clientId]
  return all(
    db,
    grantRow,
    `SELECT statuses.id AS statusId, statuses.account_id AS accountId, statuses.grant_id AS grantId
       FROM token_statuses AS statuses
      WHERE statuses.${column} = ?1 AND statuses.invalid_at IS NULL AND statuses.id > ?2
        AND statuses.consented_after < ?3
        AND EXISTS (SELECT 1 FROM organization_statuses AS reached
                     WHERE reached.organization_id = ?4 AND reached.client_id = statuses.client_id
                       AND reached.status_id = statuses.id)
      ORDER BY statuses.id LIMIT ?5`,
    [value, job.cursor, job.removal, job.organizationId, limit],
  )
}

/** Moves on from where the caller began; false when somebody else was faster. */
export async function advanceJob(
  db: D1Database,
  job: CutOffJob,
  { cursor, looked }: { cursor: number; looked: number },
  now: EpochSeconds,
): Promise<boolean> {
  const changed = await run(
    db,
    `UPDATE cut_off_jobs SET cursor = ?3, done = done + ?4, progressed_at = ?5
      WHERE id = ?1 AND cursor = ?2 AND finished_at IS NULL`,
    [job.id, job.cursor, cursor, looked, now],
  )
  return changed > 0
}

export async function finishJob(db: D1Database, id: string, now: EpochSeconds): Promise<void> {
  await run(
    db,
    `UPDATE cut_off_jobs SET finished_at = ?2, progressed_at = ?2, done = total
      WHERE id = ?1 AND finished_at IS NULL`,
    [id, now],
  )
}
