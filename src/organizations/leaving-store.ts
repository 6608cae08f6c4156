import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { ROLES, type Role } from './organization.ts'

/** A membership also where the organization is suspended. */
export interface KeptMembership {
  organizationId: string
  name: string
  /** Null: a personal organization. */
  slug: string | null
  personal: boolean
  suspended: boolean
  role: Role
  since: EpochSeconds
}

const membershipRow = z
  .object({
    id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    personal_account_id: z.string().nullable(),
    suspended_at: z.number().nullable(),
    role: z.enum(ROLES),
    since: z.number(),
  })
  .transform(
    (row): KeptMembership => ({
      organizationId: row.id,
      name: row.name,
      slug: row.slug,
      personal: row.personal_account_id !== null,
      suspended: row.suspended_at !== null,
      role: row.role,
      since: row.since,
    }),
  )

/** Every organization of a person, the personal one first. */
export async function listEveryMembership(db: D1Database, accountId: string): Promise<KeptMembership[]> {
  const statement = db
    .prepare(
      `SELECT organizations.id, organizations.name, organizations.slug, organizations.personal_account_id,
              organizations.suspended_at, members.role, members.created_at AS since
         FROM members JOIN organizations ON organizations.id = members.organization_id
        WHERE members.account_id = ?
        ORDER BY organizations.personal_account_id IS NULL, organizations.name, organizations.id`,
    )
    .bind(accountId)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => membershipRow.parse(row))
}

/** An organization that would be without an owner, and who could become one. */
export interface LastOwned {
  organizationId: string
  name: string
  slug: string | null
  suspended: boolean
  heirs: readonly { accountId: string; email: string }[]
}

const MAX_HEIRS = 200

/** Those that a person is the last owner of; a personal organization ends with its account. */
export async function listLastOwned(db: D1Database, accountId: string): Promise<LastOwned[]> {
  const statement = db
    .prepare(
      `SELECT organizations.id, organizations.name, organizations.slug, organizations.suspended_at,
              heirs.account_id, accounts.email
         FROM members AS own JOIN organizations ON organizations.id = own.organization_id
         LEFT JOIN members AS heirs ON heirs.organization_id = own.organization_id AND heirs.account_id <> own.account_id
         LEFT JOIN accounts ON accounts.id = heirs.account_id
        WHERE own.account_id = ?1 AND own.role = 'owner' AND organizations.personal_account_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM members AS other
                           WHERE other.organization_id = own.organization_id AND other.role = 'owner'
                             AND other.account_id <> own.account_id)
        ORDER BY organizations.name, organizations.id, accounts.email`,
    )
    .bind(accountId)
  const { results } = await reach('D1', () => statement.all())
  const rows = heirRow.array().parse(results)
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((found) => toLastOwned(found))
}

const heirRow = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string().nullable(),
  suspended_at: z.number().nullable(),
  account_id: z.string().nullable(),
  email: z.string().nullable(),
})

function toLastOwned(rows: readonly z.infer<typeof heirRow>[]): LastOwned {
  const { id, name, slug, suspended_at } = rows[0]!
  const heirs = rows.flatMap(({ account_id: accountId, email }) => (accountId && email ? [{ accountId, email }] : []))
  return { organizationId: id, name, slug, suspended: suspended_at !== null, heirs: heirs.slice(0, MAX_HEIRS) }
}

/** For the batch that ends the last owner's account: a member who can still sign in becomes one. */
export function handOverStatement(
  db: D1Database,
  { organizationId, accountId }: { organizationId: string; accountId: string },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE members SET role = 'owner'
        WHERE organization_id = ?1 AND account_id = ?2
          AND EXISTS (SELECT 1 FROM accounts WHERE id = ?2 AND suspended_at IS NULL)`,
    )
    .bind(organizationId, accountId)
}

/** For the same batch, at its end: also organizations that were joined while it was asked for, and what names the person. */
export function forgetMemberStatements(
  db: D1Database,
  { accountId, email }: { accountId: string; email: string },
  now: EpochSeconds,
): D1PreparedStatement[] {
  return [
    db.prepare('DELETE FROM members WHERE account_id = ?').bind(accountId),
    db.prepare('DELETE FROM access_requests WHERE account_id = ?').bind(accountId),
    db.prepare('DELETE FROM invitations WHERE email = ?').bind(email),
    db
      .prepare(
        `UPDATE invitations SET withdrawn_at = ?2
          WHERE invited_by = ?1 AND accepted_at IS NULL AND withdrawn_at IS NULL`,
      )
      .bind(accountId, now),
  ]
}

/** An access request as the person who asked may see it. */
export interface OwnRequest {
  organizationId: string
  clientId: string
  reason: string
  state: string
  note: string | null
  createdAt: EpochSeconds
  decidedAt: EpochSeconds | null
}

export async function listOwnRequests(db: D1Database, accountId: string): Promise<OwnRequest[]> {
  const statement = db
    .prepare(
      `SELECT organization_id AS organizationId, client_id AS clientId, reason, state, note,
              created_at AS createdAt, decided_at AS decidedAt
         FROM access_requests WHERE account_id = ? ORDER BY created_at DESC, id`,
    )
    .bind(accountId)
  return (await reach('D1', () => statement.all<OwnRequest>())).results
}

/** An invitation as those it is between may see it: its link is not kept. */
export interface OwnInvitation {
  organizationId: string
  email: string
  role: string
  createdAt: EpochSeconds
  expiresAt: EpochSeconds
  acceptedAt: EpochSeconds | null
  withdrawnAt: EpochSeconds | null
}

/** Those that a person was sent, and those that they sent. */
export async function listOwnInvitations(
  db: D1Database,
  { accountId, email }: { accountId: string; email: string },
): Promise<{ received: OwnInvitation[]; sent: OwnInvitation[] }> {
  const list = (condition: string, value: string) =>
    db
      .prepare(
        `SELECT organization_id AS organizationId, email, role, created_at AS createdAt, expires_at AS expiresAt,
                accepted_at AS acceptedAt, withdrawn_at AS withdrawnAt
           FROM invitations WHERE ${condition} = ? ORDER BY created_at DESC, id`,
      )
      .bind(value)
  const [received, sent] = await reach('D1', () =>
    db.batch<OwnInvitation>([list('email', email), list('invited_by', accountId)]),
  )
  return { received: received?.results ?? [], sent: sent?.results ?? [] }
}
