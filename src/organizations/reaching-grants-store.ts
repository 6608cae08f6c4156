import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
import { APP_RULE, appRuleRow, toAppRule } from './app-rule-store.ts'
import { scopesInEffect } from './in-effect.ts'

/** A living grant that names an organization. From a projection: seconds old. */
export interface ReachingGrant {
  grantId: string
  clientId: string
  clientName: string
  accountId: string
  email: string
  /** What the person consented to. */
  scopes: readonly string[]
  /** What of that holds here today. */
  scopesInEffect: readonly string[]
  createdAt: EpochSeconds
  /** To the hour. */
  lastUsedAt: EpochSeconds
  /** Of the browser in which it was given. */
  userAgent: string
}

const grantRow = appRuleRow
  .extend({
    grant_id: z.string(),
    client_id: z.string(),
    client_name: z.string(),
    account_id: z.string(),
    email: z.string(),
    scopes: jsonColumn(z.array(z.string())),
    created_at: z.number(),
    last_used_at: z.number(),
    user_agent: z.string(),
    account_scopes: jsonColumn(z.array(z.string())),
  })
  .transform(
    (row): ReachingGrant => ({
      grantId: row.grant_id,
      clientId: row.client_id,
      clientName: row.client_name,
      accountId: row.account_id,
      email: row.email,
      scopes: row.scopes,
      scopesInEffect: scopesInEffect(row.scopes, toAppRule(row), new Set(row.account_scopes)),
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
  now: EpochSeconds,
): Promise<ReachingGrant[]> {
  const [column, value] = 'clientId' in filter ? ['client_id', filter.clientId] : ['account_id', filter.accountId]
  const statement = db
    .prepare(
      `SELECT reaching.*, app.client_name, accounts.email, grant_index.user_agent, ${APP_RULE},
              (SELECT json_group_array(name) FROM scopes WHERE target = 'account') AS account_scopes
         FROM organization_grants AS reaching
         JOIN organizations AS organization ON organization.id = reaching.organization_id
         JOIN apps AS app ON app.client_id = reaching.client_id
         LEFT JOIN app_decisions AS decision
           ON decision.organization_id = reaching.organization_id AND decision.client_id = reaching.client_id
         JOIN accounts ON accounts.id = reaching.account_id
         JOIN grant_index ON grant_index.grant_id = reaching.grant_id
        WHERE reaching.organization_id = ?2 AND reaching.${column} = ?3
          AND (?4 IS NULL OR reaching.last_used_at < ?4 OR (reaching.last_used_at = ?4 AND reaching.grant_id > ?5))
        ORDER BY reaching.last_used_at DESC, reaching.grant_id LIMIT ?6`,
    )
    .bind(now, organizationId, value, after?.lastUsedAt ?? null, after?.grantId ?? null, limit)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => grantRow.parse(row))
}
