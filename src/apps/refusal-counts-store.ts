import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, run, statement } from '../lib/d1.ts'
import { type EpochDay, epochDay } from './usage.ts'

export const REFUSING_ENDPOINTS = ['authorization', 'token'] as const

/** How often a request in an app's name was refused that anybody may have sent. */
export interface RefusalCount {
  day: EpochDay
  endpoint: (typeof REFUSING_ENDPOINTS)[number]
  /** Our name of the rule, a key of `REASONS`. */
  reason: string
  /** The error code that was answered. */
  error: string
  count: number
  lastAt: EpochSeconds
}

export interface RefusalCountOfApp extends RefusalCount {
  clientId: string
}

const countRow = camelKeys(
  z.object({
    day: z.number(),
    endpoint: z.enum(REFUSING_ENDPOINTS),
    reason: z.string(),
    error: z.string(),
    count: z.number(),
    last_at: z.number(),
  }),
)

/** The newest first; bounded by the days that are kept and the rules that there are. */
export async function listRefusalCounts(db: D1Database, clientId: string): Promise<RefusalCount[]> {
  return all(
    db,
    countRow,
    'SELECT * FROM refusal_counts WHERE client_id = ? ORDER BY day DESC, last_at DESC, endpoint, reason',
    [clientId],
  )
}

/** For a batch of the caller's. A name that no app has writes nothing. */
export function addRefusalCountsStatements(
  db: D1Database,
  counts: readonly RefusalCountOfApp[],
): D1PreparedStatement[] {
  if (counts.length === 0) return []
  const add = statement(
    db,
    `INSERT INTO refusal_counts (client_id, day, endpoint, reason, error, count, last_at)
       SELECT apps.client_id, json_extract(value, '$.day'), json_extract(value, '$.endpoint'),
              json_extract(value, '$.reason'), json_extract(value, '$.error'), json_extract(value, '$.count'),
              json_extract(value, '$.lastAt')
         FROM json_each(?1) JOIN apps ON apps.client_id = json_extract(value, '$.clientId')
        WHERE true
       ON CONFLICT (client_id, day, endpoint, reason)
       DO UPDATE SET count = count + excluded.count, error = excluded.error, last_at = max(last_at, excluded.last_at)`,
    [JSON.stringify(counts)],
  )
  return [add]
}

const KEPT_DAYS = 7

export async function deleteOldRefusalCounts(db: D1Database, now: EpochSeconds): Promise<void> {
  await run(db, 'DELETE FROM refusal_counts WHERE day <= ?', [epochDay(now) - KEPT_DAYS])
}
