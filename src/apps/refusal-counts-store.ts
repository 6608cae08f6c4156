import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
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

const countRow = z
  .object({
    day: z.number(),
    endpoint: z.enum(REFUSING_ENDPOINTS),
    reason: z.string(),
    error: z.string(),
    count: z.number(),
    last_at: z.number(),
  })
  .transform(({ last_at: lastAt, ...row }): RefusalCount => ({ ...row, lastAt }))

/** The newest first; bounded by the days that are kept and the rules that there are. */
export async function listRefusalCounts(db: D1Database, clientId: string): Promise<RefusalCount[]> {
  const statement = db
    .prepare('SELECT * FROM refusal_counts WHERE client_id = ? ORDER BY day DESC, last_at DESC, endpoint, reason')
    .bind(clientId)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => countRow.parse(row))
}

/** For a batch of the caller's. A name that no app has writes nothing. */
export function addRefusalCountsStatements(
  db: D1Database,
  counts: readonly RefusalCountOfApp[],
): D1PreparedStatement[] {
  if (counts.length === 0) return []
  const add = db.prepare(
    `INSERT INTO refusal_counts (client_id, day, endpoint, reason, error, count, last_at)
       SELECT apps.client_id, json_extract(value, '$.day'), json_extract(value, '$.endpoint'),
              json_extract(value, '$.reason'), json_extract(value, '$.error'), json_extract(value, '$.count'),
              json_extract(value, '$.lastAt')
         FROM json_each(?1) JOIN apps ON apps.client_id = json_extract(value, '$.clientId')
        WHERE true
       ON CONFLICT (client_id, day, endpoint, reason)
       DO UPDATE SET count = count + excluded.count, error = excluded.error, last_at = max(last_at, excluded.last_at)`,
  )
  return [add.bind(JSON.stringify(counts))]
}

const KEPT_DAYS = 7

export async function deleteOldRefusalCounts(db: D1Database, now: EpochSeconds): Promise<void> {
  const statement = db.prepare('DELETE FROM refusal_counts WHERE day <= ?').bind(epochDay(now) - KEPT_DAYS)
  await reach('D1', () => statement.run())
}
