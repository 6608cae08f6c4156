import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, batch, statement } from '../lib/d1.ts'
import { type EpochDay, epochDay, type UsageCount } from './usage.ts'

const usageRow = camelKeys(z.object({ day: z.number(), grant_type: z.string(), tokens: z.number() }))

/** Both days included; a day without tokens has no row. */
export async function listUsage(
  db: D1Database,
  clientId: string,
  fromDay: EpochDay,
  toDay: EpochDay,
): Promise<UsageCount[]> {
  return all(
    db,
    usageRow,
    `SELECT day, grant_type, tokens FROM usage_counts
      WHERE client_id = ? AND day BETWEEN ? AND ? ORDER BY day, grant_type`,
    [clientId, fromDay, toDay],
  )
}

interface Delivery {
  id: string
  counts: readonly (UsageCount & { clientId: string })[]
}

const ADD = `
  INSERT INTO usage_counts (client_id, day, grant_type, tokens) SELECT ?, ?, ?, ? WHERE changes() > 0
  ON CONFLICT (client_id, day, grant_type) DO UPDATE SET tokens = tokens + excluded.tokens`

/**
 * Adds a delivery once: the first statement takes its id, and each that follows writes only if the one before it
 * did. Keep them together, in one batch.
 */
export function countUsageStatements(
  db: D1Database,
  { id, counts }: Delivery,
  now: EpochSeconds,
): D1PreparedStatement[] {
  const take = statement(db, 'INSERT OR IGNORE INTO usage_deliveries (id, delivered_at) VALUES (?, ?)', [id, now])
  const added = counts.map(({ clientId, day, grantType, tokens }) => [clientId, day, grantType, tokens])
  return [take, ...added.map((values) => statement(db, ADD, values))]
}

const DELIVERY_RETENTION_SECONDS = 30 * 86_400
const USAGE_RETENTION_DAYS = 396

/** Counts after 13 months; ids of deliveries when no ledger can still be repeating one. */
export async function deleteOldUsage(db: D1Database, now: EpochSeconds): Promise<void> {
  await batch(db, [
    statement(db, 'DELETE FROM usage_counts WHERE day < ?', [epochDay(now) - USAGE_RETENTION_DAYS]),
    statement(db, 'DELETE FROM usage_deliveries WHERE delivered_at <= ?', [now - DELIVERY_RETENTION_SECONDS]),
  ])
}
