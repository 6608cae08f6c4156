import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { type EpochDay, epochDay, type UsageCount } from './usage.ts'

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

interface Delivery {
  id: string
  counts: readonly (UsageCount & { clientId: string })[]
}

/**
 * Adds a delivery once: the first statement takes its id, and each that follows writes only if the one before it
 * did. Keep them together, in one batch.
 */
export function countUsageStatements(
  db: D1Database,
  { id, counts }: Delivery,
  now: EpochSeconds,
): D1PreparedStatement[] {
  const take = db.prepare('INSERT OR IGNORE INTO usage_deliveries (id, delivered_at) VALUES (?, ?)').bind(id, now)
  const add = db.prepare(
    `INSERT INTO usage_counts (client_id, day, grant_type, tokens) SELECT ?, ?, ?, ? WHERE changes() > 0
     ON CONFLICT (client_id, day, grant_type) DO UPDATE SET tokens = tokens + excluded.tokens`,
  )
  return [take, ...counts.map(({ clientId, day, grantType, tokens }) => add.bind(clientId, day, grantType, tokens))]
}

const DELIVERY_RETENTION_SECONDS = 30 * 86_400
const USAGE_RETENTION_DAYS = 396

/** Counts after 13 months; ids of deliveries when no ledger can still be repeating one. */
export async function deleteOldUsage(db: D1Database, now: EpochSeconds): Promise<void> {
  await reach('D1', () =>
    db.batch([
      db.prepare('DELETE FROM usage_counts WHERE day < ?').bind(epochDay(now) - USAGE_RETENTION_DAYS),
      db.prepare('DELETE FROM usage_deliveries WHERE delivered_at <= ?').bind(now - DELIVERY_RETENTION_SECONDS),
    ]),
  )
}
