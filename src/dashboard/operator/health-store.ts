import type { EpochSeconds } from '../../lib/clock.ts'
import { reach } from '../../lib/storage.ts'

/** The last statement of a scheduled run. */
export async function noteScheduledRun(db: D1Database, now: EpochSeconds): Promise<void> {
  const statement = db.prepare(
    `INSERT INTO scheduled_runs (name, finished_at) VALUES ('all', ?)
     ON CONFLICT (name) DO UPDATE SET finished_at = excluded.finished_at`,
  )
  await reach('D1', () => statement.bind(now).run())
}

/** How much there is, and what runs. The scheduled run: null when there was none yet. */
export interface Overview {
  apps: number
  organizations: number
  accounts: number
  grants: number
  unfinishedJobs: number
  scheduledAt: EpochSeconds | null
}

export async function readOverview(db: D1Database): Promise<Overview> {
  const statement = db.prepare(
    `SELECT (SELECT count(*) FROM apps WHERE deleted_at IS NULL) AS apps,
            (SELECT count(*) FROM organizations WHERE closed_at IS NULL) AS organizations,
            (SELECT count(*) FROM accounts WHERE erased_at IS NULL) AS accounts,
            (SELECT count(*) FROM grant_index WHERE state = 'active') AS grants,
            (SELECT count(*) FROM cut_off_jobs WHERE finished_at IS NULL) AS unfinishedJobs,
            (SELECT finished_at FROM scheduled_runs WHERE name = 'all') AS scheduledAt`,
  )
  const row = await reach('D1', () => statement.first<Overview>())
  if (!row) throw new Error('a row of counts is always there')
  return { ...row }
}
