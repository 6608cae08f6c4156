import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, statement } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import { insertMemberStatement } from './members-store.ts'
import { type Membership, type Organization, ROLE_NAMES } from './organization.ts'
import type { AppPolicy } from './policy.ts'

const membershipRow = camelKeys(
  z.object({
    id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    personal_account_id: z.string().nullable(),
    role: z.enum(ROLE_NAMES),
  }),
).transform(({ id, personalAccountId, ...membership }) => ({
  ...membership,
  organizationId: id,
  personal: personalAccountId !== null,
}))

/** The organizations of a person, the personal one first. A suspended organization gives its members nothing. */
export async function listMemberships(db: D1Database, accountId: string): Promise<Membership[]> {
  return all(
    db,
    membershipRow,
    `SELECT organizations.id, organizations.name, organizations.slug, organizations.personal_account_id, members.role
       FROM members JOIN organizations ON organizations.id = members.organization_id
      WHERE members.account_id = ? AND organizations.suspended_at IS NULL
      ORDER BY organizations.personal_account_id IS NULL, organizations.name, organizations.id`,
    [accountId],
  )
}

/** The statements that give a new account its personal organization, for the batch that creates the account. */
export function personalOrganization(
  db: D1Database,
  account: { id: string; email: string },
  now: EpochSeconds,
): { organizationId: string; statements: D1PreparedStatement[] } {
  const organizationId = randomId('org')
  const organization = statement(
    db,
    'INSERT INTO organizations (id, name, personal_account_id, created_at) VALUES (?, ?, ?, ?)',
    [organizationId, account.email, account.id, now],
  )
  const member = insertMemberStatement(db, { organizationId, accountId: account.id }, 'owner', now)
  return { organizationId, statements: [organization, member] }
}

const organizationRow = camelKeys(
  z.object({
    id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    personal_account_id: z.string().nullable(),
    created_at: z.number(),
  }),
).transform(({ personalAccountId, ...organization }) => ({ ...organization, personal: personalAccountId !== null }))

/** In the order in which they were asked for. */
export async function findOrganizations(db: D1Database, ids: readonly string[]): Promise<Organization[]> {
  const sql = 'SELECT * FROM organizations WHERE id IN (SELECT value FROM json_each(?))'
  const organizations = await all(db, organizationRow, sql, [JSON.stringify(ids)])
  const found = new Map(organizations.map((organization) => [organization.id, organization]))
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
  return statement(
    db,
    `INSERT INTO organizations (id, name, slug, policy, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5
      WHERE (SELECT count(*) FROM members JOIN organizations ON organizations.id = members.organization_id
              WHERE members.account_id = ?6 AND members.role = 'owner' AND personal_account_id IS NULL) < ?7`,
    [id, name, slug, policy, createdAt, founder.accountId, founder.mostOrganizations],
  )
}

export function updateOrganizationStatement(
  db: D1Database,
  { id, name, slug }: Pick<Organization, 'id' | 'name' | 'slug'>,
): D1PreparedStatement {
  const sql = 'UPDATE organizations SET name = ?2, slug = ?3 WHERE id = ?1 AND personal_account_id IS NULL'
  return statement(db, sql, [id, name, slug])
}
