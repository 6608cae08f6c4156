import { z } from 'zod'
import type { EpochSeconds } from '../../lib/clock.ts'
import { first, run } from '../../lib/d1.ts'

/** The last statement of a scheduled run. */
export async function noteScheduledRun(db: D1Database, now: EpochSeconds): Promise<void> {
  await run(
    db,
    `INSERT INTO scheduled_runs (name, finished_at) VALUES ('all', ?)
     ON CONFLICT (name) DO UPDATE SET finished_at = excluded.finished_at`,
    [now],
  )
}

/** How much there is, and what runs. The scheduled run: null when there was none yet. */
const overviewRow = z.object({
  apps: z.number(),
  organizations: z.number(),
  accounts: z.number(),
  grants: z.number(),
  unfinishedJobs: z.number(),
  scheduledAt: z.number().nullable(),
})
export type Overview = z.output<typeof overviewRow>

export async function readOverview(db: D1Database): Promise<Overview> {
  const row = await first(
    db,
    overviewRow,
    `SELECT (SELECT count(*) FROM apps WHERE deleted_at IS NULL) AS apps,
            (SELECT count(*) FROM organizations WHERE closed_at IS NULL) AS organizations,
            (SELECT count(*) FROM accounts WHERE erased_at IS NULL) AS accounts,
            (SELECT count(*) FROM grant_index WHERE state = 'active') AS grants,
            (SELECT count(*) FROM cut_off_jobs WHERE finished_at IS NULL) AS unfinishedJobs,
            (SELECT finished_at FROM scheduled_runs WHERE name = 'all') AS scheduledAt`,
  )
  if (!row) throw new Error('a row of counts is always there')
  return row
}
