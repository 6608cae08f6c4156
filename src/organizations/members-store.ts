import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, statement } from '../lib/d1.ts'
import { type Member, ROLE_NAMES, type Role } from './organization.ts'

const memberRow = camelKeys(
  z.object({ account_id: z.string(), email: z.string(), role: z.enum(ROLE_NAMES), created_at: z.number() }),
).transform(({ createdAt, ...member }) => ({ ...member, since: createdAt }))

/** Who has been in it longest first. */
export async function listMembers(db: D1Database, organizationId: string): Promise<Member[]> {
  return all(
    db,
    memberRow,
    `SELECT members.account_id, accounts.email, members.role, members.created_at
       FROM members JOIN accounts ON accounts.id = members.account_id
      WHERE members.organization_id = ? ORDER BY members.created_at, accounts.email`,
    [organizationId],
  )
}

interface MemberKey {
  organizationId: string
  accountId: string
}

/** Counted in the statement that changes: two owners who leave at once leave one. */
const ANOTHER_OWNER = `
  (role != 'owner' OR (SELECT count(*) FROM members WHERE organization_id = ?1 AND role = 'owner') > 1)`

/** Changes nothing when the last owner would be none any more. */
export function changeRoleStatement(db: D1Database, member: MemberKey, role: Role): D1PreparedStatement {
  return statement(
    db,
    `UPDATE members SET role = ?3
      WHERE organization_id = ?1 AND account_id = ?2 AND (?3 = 'owner' OR ${ANOTHER_OWNER})`,
    [member.organizationId, member.accountId, role],
  )
}

/** Deletes nothing when it is the last owner. Whoever is gone is refused at the next token. */
export function removeMemberStatement(db: D1Database, member: MemberKey): D1PreparedStatement {
  // A trigger counts one more removal of access for each.
  const sql = `DELETE FROM members WHERE organization_id = ?1 AND account_id = ?2 AND ${ANOTHER_OWNER}`
  return statement(db, sql, [member.organizationId, member.accountId])
}

/** Inserts nothing when there is no such organization. */
export function insertMemberStatement(
  db: D1Database,
  member: MemberKey,
  role: Role,
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    // Triggers set joined_after, and refuse who joins after the end of the account or the organization.
    `INSERT INTO members (organization_id, account_id, role, created_at)
     SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM organizations WHERE id = ?1)`,
    [member.organizationId, member.accountId, role, now],
  )
}
