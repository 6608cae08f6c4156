import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, conditions } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'
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

const grantRow = camelKeys(
  appRuleRow.extend({
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
  }),
).transform((row) => ({
  ...row,
  scopesInEffect: scopesInEffect(row.scopes, toAppRule(row), new Set(row.accountScopes)),
}))

/** Where a page begins: after this grant. */
export interface GrantPosition {
  lastUsedAt: EpochSeconds
  grantId: string
}

const AFTER = 'reaching.last_used_at < ? OR (reaching.last_used_at = ? AND reaching.grant_id > ?)'

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
  const where = conditions(
    ['reaching.organization_id = ?', organizationId],
    [`reaching.${column} = ?`, value],
    after && [AFTER, after.lastUsedAt, after.lastUsedAt, after.grantId],
  )
  return all(
    db,
    grantRow,
    `SELECT reaching.*, app.client_name, accounts.email, grant_index.user_agent, ${APP_RULE},
            (SELECT json_group_array(name) FROM scopes WHERE target = 'account') AS account_scopes
       FROM organization_grants AS reaching
       JOIN organizations AS organization ON organization.id = reaching.organization_id
       JOIN apps AS app ON app.client_id = reaching.client_id
       LEFT JOIN app_decisions AS decision
         ON decision.organization_id = reaching.organization_id AND decision.client_id = reaching.client_id
       JOIN accounts ON accounts.id = reaching.account_id
       JOIN grant_index ON grant_index.grant_id = reaching.grant_id
      WHERE ${where.sql} ORDER BY reaching.last_used_at DESC, reaching.grant_id LIMIT ?`,
    [now, ...where.values, limit],
  )
}
