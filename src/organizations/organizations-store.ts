import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { randomId } from '../lib/random.ts'
import { reach } from '../lib/storage.ts'
import { insertMemberStatement } from './members-store.ts'
import { type Membership, type Organization, ROLES } from './organization.ts'
import type { AppPolicy } from './policy.ts'

const membershipRow = z
  .object({
    id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    personal_account_id: z.string().nullable(),
    role: z.enum(ROLES),
  })
  .transform(
    (row): Membership => ({
      organizationId: row.id,
      name: row.name,
      slug: row.slug,
      personal: row.personal_account_id !== null,
      role: row.role,
    }),
  )

/** The organizations of a person, the personal one first. A suspended organization gives its members nothing. */
export async function listMemberships(db: D1Database, accountId: string): Promise<Membership[]> {
  const statement = db
    .prepare(
      `SELECT organizations.id, organizations.name, organizations.slug, organizations.personal_account_id, members.role
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
  const member = insertMemberStatement(db, { organizationId, accountId: account.id }, 'owner', now)
  return { organizationId, statements: [organization, member] }
}

const organizationRow = z
  .object({
    id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    personal_account_id: z.string().nullable(),
    created_at: z.number(),
  })
  .transform(
    (row): Organization => ({
      id: row.id,
      name: row.name,
      slug: row.slug,
      personal: row.personal_account_id !== null,
      createdAt: row.created_at,
    }),
  )

/** In the order in which they were asked for. */
export async function findOrganizations(db: D1Database, ids: readonly string[]): Promise<Organization[]> {
  const statement = db
    .prepare('SELECT * FROM organizations WHERE id IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(ids))
  const { results } = await reach('D1', () => statement.all())
  const found = new Map(results.map((row) => organizationRow.parse(row)).map((found) => [found.id, found]))
  return ids.flatMap((id) => found.get(id) ?? [])
}

/** Its first owner, and how many organizations besides the personal one they may own. */
export interface Founder {
  accountId: string
  mostOrganizations: number
}

/** Inserts nothing when the founder owns as many as they may: counted and written in one statement. */
export function insertOrganizationStatement(
  db: D1Database,
  { id, name, slug, createdAt }: Organization,
  { policy, founder }: { policy: AppPolicy['policy']; founder: Founder },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO organizations (id, name, slug, policy, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5
        WHERE (SELECT count(*) FROM members JOIN organizations ON organizations.id = members.organization_id
                WHERE members.account_id = ?6 AND members.role = 'owner' AND personal_account_id IS NULL) < ?7`,
    )
    .bind(id, name, slug, policy, createdAt, founder.accountId, founder.mostOrganizations)
}

export function updateOrganizationStatement(
  db: D1Database,
  { id, name, slug }: Pick<Organization, 'id' | 'name' | 'slug'>,
): D1PreparedStatement {
  return db
    .prepare('UPDATE organizations SET name = ?2, slug = ?3 WHERE id = ?1 AND personal_account_id IS NULL')
    .bind(id, name, slug)
}
