import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, first, statement } from '../lib/d1.ts'
import { flagColumn } from '../lib/flag-column.ts'

/** Of the organizations that run this service: their first-party apps must not end. */
const RUNS_THE_SERVICE = 'EXISTS (SELECT 1 FROM apps WHERE organization_id = organizations.id AND first_party = 1)'
const IS_CLOSED = 'EXISTS (SELECT 1 FROM organizations WHERE id = ?1 AND closed_at IS NOT NULL)'

/**
 * Nobody reaches it from now on: it is suspended for good. Its row stays for whatever names its id, and its slug stays
 * taken, so that nobody else is found at its addresses. `ownerId`: only while this person is an owner.
 */
export function closeOrganizationStatement(
  db: D1Database,
  { organizationId, ownerId }: { organizationId: string; ownerId: string | null },
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE organizations SET closed_at = ?2, suspended_at = coalesce(suspended_at, ?2)
      WHERE id = ?1 AND closed_at IS NULL AND personal_account_id IS NULL AND NOT ${RUNS_THE_SERVICE}
        AND (?3 IS NULL OR EXISTS (SELECT 1 FROM members
                                    WHERE organization_id = ?1 AND account_id = ?3 AND role = 'owner'))`,
    [organizationId, now, ownerId],
  )
}

/** With its account, whose address is its name: that goes. */
export function closePersonalStatement(
  db: D1Database,
  { organizationId, accountId }: { organizationId: string; accountId: string },
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE organizations SET name = id, closed_at = ?3, suspended_at = coalesce(suspended_at, ?3)
      WHERE id = ?1 AND personal_account_id = ?2 AND closed_at IS NULL`,
    [organizationId, accountId, now],
  )
}

const runsRow = z.object({ runs: flagColumn })

export async function runsTheService(db: D1Database, organizationId: string): Promise<boolean> {
  const sql = `SELECT ${RUNS_THE_SERVICE} AS runs FROM organizations WHERE id = ?`
  return (await first(db, runsRow, sql, [organizationId]))?.runs === true
}

/** For the batch that closes it: who was in it is not any more, and nobody joins. Does nothing when that did nothing. */
export function emptyOrganizationStatements(
  db: D1Database,
  organizationId: string,
  now: EpochSeconds,
): D1PreparedStatement[] {
  return [
    // A trigger counts one more removal of access for each.
    statement(db, `DELETE FROM members WHERE organization_id = ?1 AND ${IS_CLOSED}`, [organizationId]),
    statement(
      db,
      `UPDATE invitations SET withdrawn_at = ?2
        WHERE organization_id = ?1 AND accepted_at IS NULL AND withdrawn_at IS NULL AND ${IS_CLOSED}`,
      [organizationId, now],
    ),
  ]
}

/** Behind the decision: what it had decided, was asked and was shown. */
export async function forgetOrganization(db: D1Database, organizationId: string): Promise<void> {
  const tables = [
    'invitations',
    'access_requests',
    'app_decisions',
    'app_cut_offs',
    'organization_grants',
    'organization_apps',
    'organization_app_scopes',
  ]
  const statements = tables.map((table) =>
    statement(db, `DELETE FROM ${table} WHERE organization_id = ?1 AND ${IS_CLOSED}`, [organizationId]),
  )
  await batch(db, statements)
}

/** What a closing ends, in numbers; of projections, so seconds old. */
export interface ClosingCounts {
  members: number
  /** That other people's apps were given: apps, grants and people. */
  apps: number
  grants: number
  people: number
  webhooks: number
  invitations: number
}

const countsRow = z.object({
  members: z.number(),
  apps: z.number(),
  grants: z.number(),
  people: z.number(),
  webhooks: z.number(),
  invitations: z.number(),
})

export async function countClosing(db: D1Database, organizationId: string, now: EpochSeconds): Promise<ClosingCounts> {
  const others = `FROM organization_grants JOIN apps USING (client_id)
                   WHERE organization_grants.organization_id = ?1 AND apps.organization_id <> ?1`
  const counts = await first(
    db,
    countsRow,
    `SELECT (SELECT count(*) FROM members WHERE organization_id = ?1) AS members,
            (SELECT count(DISTINCT client_id) ${others}) AS apps,
            (SELECT count(*) ${others}) AS grants,
            (SELECT count(DISTINCT account_id) ${others}) AS people,
            (SELECT count(*) FROM webhooks WHERE organization_id = ?1) AS webhooks,
            (SELECT count(*) FROM invitations
              WHERE organization_id = ?1 AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?2) AS invitations`,
    [organizationId, now],
  )
  if (!counts) throw new Error('a row of counts is always there')
  return counts
}
