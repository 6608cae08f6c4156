import type { Grant } from '../grants/grant.ts'

/** The projection of one grant for sorting, search and counts. An older version never overwrites a newer one. */
export function grantIndexStatement(db: D1Database, accountId: string, grant: Grant): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO grant_index (grant_id, account_id, client_id, resource, scopes, organizations, state, version,
                                created_at, last_used_at, revoked_at, user_agent)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (grant_id) DO UPDATE SET
         scopes = excluded.scopes, organizations = excluded.organizations, state = excluded.state,
         version = excluded.version, last_used_at = excluded.last_used_at, revoked_at = excluded.revoked_at
       WHERE excluded.version > grant_index.version`,
    )
    .bind(
      grant.id,
      accountId,
      grant.clientId,
      grant.resource,
      JSON.stringify(grant.scopes),
      JSON.stringify(grant.organizations),
      grant.state === 'revoked' ? 'revoked' : 'active',
      grant.version,
      grant.createdAt,
      grant.lastUsedAt,
      grant.revokedAt,
      grant.userAgent,
    )
}
