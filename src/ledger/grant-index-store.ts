import type { Grant } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { statement } from '../lib/d1.ts'
import { alignStatusStatements, endStatusStatement, type StatusSubject } from '../revocation/token-statuses-store.ts'

/**
 * The projection of one grant for sorting, search and counts: itself, and a row for each organization that it gives
 * access to. An older version never overwrites a newer one.
 */
export function grantIndexStatements(db: D1Database, accountId: string, grant: Grant): D1PreparedStatement[] {
  return [
    grantStatement(db, accountId, grant),
    lostOrganizationsStatement(db, grant),
    organizationsStatement(db, accountId, grant),
  ]
}

function grantStatement(db: D1Database, accountId: string, grant: Grant): D1PreparedStatement {
  return statement(
    db,
    `INSERT INTO grant_index (grant_id, account_id, client_id, resource, scopes, organizations, state, version,
                              created_at, last_used_at, revoked_at, user_agent)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (grant_id) DO UPDATE SET
       scopes = excluded.scopes, organizations = excluded.organizations, state = excluded.state,
       version = excluded.version, last_used_at = excluded.last_used_at, revoked_at = excluded.revoked_at
     WHERE excluded.version > grant_index.version`,
    [
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
    ],
  )
}

const IS_THIS_VERSION = 'EXISTS (SELECT 1 FROM grant_index WHERE grant_id = ?1 AND version = ?2)'

function lostOrganizationsStatement(db: D1Database, grant: Grant): D1PreparedStatement {
  return statement(
    db,
    // Triggers keep the counts of the inventory (organization_apps, organization_app_scopes).
    `DELETE FROM organization_grants
      WHERE grant_id = ?1 AND organization_id NOT IN (SELECT value FROM json_each(?3)) AND ${IS_THIS_VERSION}`,
    [grant.id, grant.version, JSON.stringify(reached(grant))],
  )
}

function organizationsStatement(db: D1Database, accountId: string, grant: Grant): D1PreparedStatement {
  return statement(
    db,
    // Triggers keep the counts of the inventory (organization_apps, organization_app_scopes).
    `INSERT INTO organization_grants
       (organization_id, client_id, account_id, grant_id, scopes, created_at, last_used_at)
     SELECT value, ?4, ?5, ?1, ?6, ?7, ?8 FROM json_each(?3) WHERE ${IS_THIS_VERSION}
     ON CONFLICT DO UPDATE SET scopes = excluded.scopes, last_used_at = excluded.last_used_at`,
    [
      grant.id,
      grant.version,
      JSON.stringify(reached(grant)),
      grant.clientId,
      accountId,
      JSON.stringify(grant.scopes),
      grant.createdAt,
      grant.lastUsedAt,
    ],
  )
}

/** Of an erased account, whose ledger has nothing more to deliver. */
export function deleteIndexOfAccountStatements(db: D1Database, accountId: string): D1PreparedStatement[] {
  const own = 'grant_id IN (SELECT grant_id FROM grant_index WHERE account_id = ?1)'
  return [
    // Triggers keep the counts of the inventory (organization_apps, organization_app_scopes).
    statement(db, `DELETE FROM organization_grants WHERE ${own}`, [accountId]),
    statement(db, 'DELETE FROM grant_index WHERE account_id = ?1', [accountId]),
  ]
}

/** The generation of its access tokens: over with a grant that is over, and there for one that lives. */
export function grantStatusStatements(
  db: D1Database,
  accountId: string,
  grant: Grant,
  now: EpochSeconds,
): D1PreparedStatement[] {
  if (grant.state === 'revoked') return [endStatusStatement(db, grant.id, now)]
  return alignStatusStatements(db, statusSubject(accountId, grant))
}

export function statusSubject(accountId: string, grant: Grant): StatusSubject {
  const { id: grantId, clientId, organizations, scopes, version, consentedAfter } = grant
  return { grantId, accountId, clientId, organizations, scopes, version, consentedAfter }
}

function reached(grant: Grant): readonly string[] {
  return grant.state === 'revoked' ? [] : grant.organizations
}
