import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { randomId } from '../lib/random.ts'
import { reach } from '../lib/storage.ts'
import { type Membership, ROLES } from './organization.ts'

const membershipRow = z
  .object({ id: z.string(), name: z.string(), personal_account_id: z.string().nullable(), role: z.enum(ROLES) })
  .transform(
    (row): Membership => ({
      organizationId: row.id,
      name: row.name,
      personal: row.personal_account_id !== null,
      role: row.role,
    }),
  )

/** The organizations of a person, the personal one first. A suspended organization gives its members nothing. */
export async function listMemberships(db: D1Database, accountId: string): Promise<Membership[]> {
  const statement = db
    .prepare(
      `SELECT organizations.id, organizations.name, organizations.personal_account_id, members.role
         FROM members JOIN organizations ON organizations.id = members.organization_id
        WHERE members.account_id = ? AND organizations.suspended_at IS NULL
        ORDER BY organizations.personal_account_id IS NULL, organizations.name, organizations.id`,
    )
    .bind(accountId)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => membershipRow.parse(row))
}

/** The statements that give a new account its personal organization, for the batch that creates the account. */
export function personalOrganization(
  db: D1Database,
  account: { id: string; email: string },
  now: EpochSeconds,
): { organizationId: string; statements: D1PreparedStatement[] } {
  const organizationId = randomId('org')
  const organization = db
    .prepare('INSERT INTO organizations (id, name, personal_account_id, created_at) VALUES (?, ?, ?, ?)')
    .bind(organizationId, account.email, account.id, now)
  const member = db
    .prepare("INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'owner', ?)")
    .bind(organizationId, account.id, now)
  return { organizationId, statements: [organization, member] }
}
