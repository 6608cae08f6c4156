import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'

/** How much an app is used, as far as the projection of grants knows: seconds to minutes old. */
export interface AppActivity {
  /** People with at least one living grant: a number, never who. */
  connectedAccounts: number
  /** To the hour. */
  lastUsedAt: EpochSeconds | null
}

const NEVER_USED: AppActivity = { connectedAccounts: 0, lastUsedAt: null }

/** Of several apps at once; every one that was asked for is in the answer. */
export async function findActivity(
  db: D1Database,
  clientIds: readonly string[],
): Promise<(clientId: string) => AppActivity> {
  const statement = db
    .prepare(
      `SELECT client_id, max(last_used_at) AS last_used_at,
              count(DISTINCT CASE state WHEN 'active' THEN account_id END) AS accounts
         FROM grant_index WHERE client_id IN (SELECT value FROM json_each(?)) GROUP BY client_id`,
    )
    .bind(JSON.stringify(clientIds))
  const { results } = await reach('D1', () =>
    statement.all<{ client_id: string; last_used_at: number; accounts: number }>(),
  )
  const known = new Map(
    results.map((row) => [row.client_id, { connectedAccounts: row.accounts, lastUsedAt: row.last_used_at }]),
  )
  return (clientId) => known.get(clientId) ?? NEVER_USED
}
