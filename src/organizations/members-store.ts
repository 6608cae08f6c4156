import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { type Member, ROLES, type Role } from './organization.ts'

const memberRow = z
  .object({ account_id: z.string(), email: z.string(), role: z.enum(ROLES), created_at: z.number() })
  .transform((row): Member => ({ accountId: row.account_id, email: row.email, role: row.role, since: row.created_at }))

/** Who has been in it longest first. */
export async function listMembers(db: D1Database, organizationId: string): Promise<Member[]> {
  const statement = db
    .prepare(
      `SELECT members.account_id, accounts.email, members.role, members.created_at
         FROM members JOIN accounts ON accounts.id = members.account_id
        WHERE members.organization_id = ? ORDER BY members.created_at, accounts.email`,
    )
    .bind(organizationId)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => memberRow.parse(row))
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
  return db
    .prepare(
      `UPDATE members SET role = ?3
        WHERE organization_id = ?1 AND account_id = ?2 AND (?3 = 'owner' OR ${ANOTHER_OWNER})`,
    )
    .bind(member.organizationId, member.accountId, role)
}

/** Deletes nothing when it is the last owner. Whoever is gone is refused at the next token. */
export function removeMemberStatement(db: D1Database, member: MemberKey): D1PreparedStatement {
  return db
    .prepare(`DELETE FROM members WHERE organization_id = ?1 AND account_id = ?2 AND ${ANOTHER_OWNER}`)
    .bind(member.organizationId, member.accountId)
}

/** Inserts nothing when there is no such organization. */
export function insertMemberStatement(
  db: D1Database,
  member: MemberKey,
  role: Role,
  now: EpochSeconds,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO members (organization_id, account_id, role, created_at)
       SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM organizations WHERE id = ?1)`,
    )
    .bind(member.organizationId, member.accountId, role, now)
}
