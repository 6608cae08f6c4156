import { z } from 'zod'
import { reach } from '../lib/storage.ts'
import type { EpochDay, UsageCount } from './usage.ts'

const usageRow = z
  .object({ day: z.number(), grant_type: z.string(), tokens: z.number() })
  .transform((row): UsageCount => ({ day: row.day, grantType: row.grant_type, tokens: row.tokens }))

/** Both days included; a day without tokens has no row. */
export async function listUsage(
  db: D1Database,
  clientId: string,
  fromDay: EpochDay,
  toDay: EpochDay,
): Promise<UsageCount[]> {
  const statement = db
    .prepare(
      `SELECT day, grant_type, tokens FROM usage_counts
        WHERE client_id = ? AND day BETWEEN ? AND ? ORDER BY day, grant_type`,
    )
    .bind(clientId, fromDay, toDay)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => usageRow.parse(row))
}
