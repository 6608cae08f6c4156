import { reach } from '../lib/storage.ts'

/** Accounts with a living grant for the app that are no members of its organization; seconds to minutes old. */
export async function countOutsideAccounts(db: D1Database, clientId: string): Promise<number> {
  const statement = db
    .prepare(
      `SELECT count(DISTINCT account_id) AS accounts FROM grant_index
        WHERE client_id = ?1 AND state = 'active' AND account_id NOT IN (
          SELECT members.account_id FROM members JOIN apps USING (organization_id) WHERE apps.client_id = ?1)`,
    )
    .bind(clientId)
  return (await reach('D1', () => statement.first<number>('accounts'))) ?? 0
}
