import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'

/** A living grant that names an organization. From a projection: seconds old. */
export interface ReachingGrant {
  grantId: string
  clientId: string
  clientName: string
  accountId: string
  email: string
  scopes: readonly string[]
  createdAt: EpochSeconds
  /** To the hour. */
  lastUsedAt: EpochSeconds
  /** Of the browser in which it was given. */
  userAgent: string
}

const grantRow = z
  .object({
    grant_id: z.string(),
    client_id: z.string(),
    client_name: z.string(),
    account_id: z.string(),
    email: z.string(),
    scopes: jsonColumn(z.array(z.string())),
    created_at: z.number(),
    last_used_at: z.number(),
    user_agent: z.string(),
  })
  .transform(
    (row): ReachingGrant => ({
      grantId: row.grant_id,
      clientId: row.client_id,
      clientName: row.client_name,
      accountId: row.account_id,
      email: row.email,
      scopes: row.scopes,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      userAgent: row.user_agent,
    }),
  )

/** Where a page begins: after this grant. */
export interface GrantPosition {
  lastUsedAt: EpochSeconds
  grantId: string
}

export type GrantFilter = { clientId: string } | { accountId: string }

/** The most recently used first. */
export async function listReachingGrants(
  db: D1Database,
  organizationId: string,
  filter: GrantFilter,
  { after, limit }: { after: GrantPosition | null; limit: number },
): Promise<ReachingGrant[]> {
  const [column, value] = 'clientId' in filter ? ['client_id', filter.clientId] : ['account_id', filter.accountId]
  const statement = db
    .prepare(
      `SELECT reaching.*, apps.client_name, accounts.email, grant_index.user_agent
         FROM organization_grants AS reaching
         JOIN apps ON apps.client_id = reaching.client_id
         JOIN accounts ON accounts.id = reaching.account_id
         JOIN grant_index ON grant_index.grant_id = reaching.grant_id
        WHERE reaching.organization_id = ?1 AND reaching.${column} = ?2
          AND (?3 IS NULL OR reaching.last_used_at < ?3 OR (reaching.last_used_at = ?3 AND reaching.grant_id > ?4))
        ORDER BY reaching.last_used_at DESC, reaching.grant_id LIMIT ?5`,
    )
    .bind(organizationId, value, after?.lastUsedAt ?? null, after?.grantId ?? null, limit)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => grantRow.parse(row))
}
