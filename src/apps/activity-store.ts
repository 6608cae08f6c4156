import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all } from '../lib/d1.ts'

/** How much an app is used, as far as the projection of grants knows: seconds to minutes old. */
export interface AppActivity {
  /** People with at least one living grant: a number, never who. */
  connectedAccounts: number
  /** To the hour. */
  lastUsedAt: EpochSeconds | null
}

const NEVER_USED: AppActivity = { connectedAccounts: 0, lastUsedAt: null }

const activityRow = camelKeys(z.object({ client_id: z.string(), accounts: z.number(), last_used_at: z.number() }))

/** Of several apps at once; every one that was asked for is in the answer. */
export async function findActivity(
  db: D1Database,
  clientIds: readonly string[],
): Promise<(clientId: string) => AppActivity> {
  const rows = await all(
    db,
    activityRow,
    `SELECT client_id, max(last_used_at) AS last_used_at,
            count(DISTINCT CASE state WHEN 'active' THEN account_id END) AS accounts
       FROM grant_index WHERE client_id IN (SELECT value FROM json_each(?)) GROUP BY client_id`,
    [JSON.stringify(clientIds)],
  )
  const known = new Map(
    rows.map(({ clientId, accounts, lastUsedAt }) => [clientId, { connectedAccounts: accounts, lastUsedAt }]),
  )
  return (clientId) => known.get(clientId) ?? NEVER_USED
}
