import { z } from 'zod'
import { first } from '../lib/d1.ts'

const countRow = z.object({ accounts: z.number() })

/** Accounts with a living grant for the app that are no members of its organization; seconds to minutes old. */
export async function countOutsideAccounts(db: D1Database, clientId: string): Promise<number> {
  const counted = await first(
    db,
    countRow,
    `SELECT count(DISTINCT account_id) AS accounts FROM grant_index
      WHERE client_id = ?1 AND state = 'active' AND account_id NOT IN (
        SELECT members.account_id FROM members JOIN apps USING (organization_id) WHERE apps.client_id = ?1)`,
    [clientId],
  )
  return counted?.accounts ?? 0
}
