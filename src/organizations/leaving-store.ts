import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, batch, rowsOf, statement } from '../lib/d1.ts'
import { ROLE_NAMES, type Role } from './organization.ts'

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

const membershipRow = camelKeys(
  z.object({
    id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    personal_account_id: z.string().nullable(),
    suspended_at: z.number().nullable(),
    role: z.enum(ROLE_NAMES),
    since: z.number(),
  }),
).transform(({ id, personalAccountId, suspendedAt, ...membership }) => ({
  ...membership,
  organizationId: id,
  personal: personalAccountId !== null,
  suspended: suspendedAt !== null,
}))

/** Every organization of a person, the personal one first. */
export async function listEveryMembership(db: D1Database, accountId: string): Promise<KeptMembership[]> {
  return all(
    db,
    membershipRow,
    `SELECT organizations.id, organizations.name, organizations.slug, organizations.personal_account_id,
            organizations.suspended_at, members.role, members.created_at AS since
       FROM members JOIN organizations ON organizations.id = members.organization_id
      WHERE members.account_id = ?
      ORDER BY organizations.personal_account_id IS NULL, organizations.name, organizations.id`,
    [accountId],
  )
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
  const rows = await all(
    db,
    heirRow,
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
    [accountId],
  )
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((found) => toLastOwned(found))
}

const heirRow = camelKeys(
  z.object({
    id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    suspended_at: z.number().nullable(),
    account_id: z.string().nullable(),
    email: z.string().nullable(),
  }),
)

function toLastOwned(rows: readonly z.infer<typeof heirRow>[]): LastOwned {
  const { id, name, slug, suspendedAt } = rows[0]!
  const heirs = rows.flatMap(({ accountId, email }) => (accountId && email ? [{ accountId, email }] : []))
  return { organizationId: id, name, slug, suspended: suspendedAt !== null, heirs: heirs.slice(0, MAX_HEIRS) }
}

/** For the batch that ends the last owner's account: a member who can still sign in becomes one. */
export function handOverStatement(
  db: D1Database,
  { organizationId, accountId }: { organizationId: string; accountId: string },
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE members SET role = 'owner'
      WHERE organization_id = ?1 AND account_id = ?2
        AND EXISTS (SELECT 1 FROM accounts WHERE id = ?2 AND suspended_at IS NULL)`,
    [organizationId, accountId],
  )
}

/** For the same batch, at its end: also organizations that were joined while it was asked for, and what names the person. */
export function forgetMemberStatements(
  db: D1Database,
  { accountId, email }: { accountId: string; email: string },
  now: EpochSeconds,
): D1PreparedStatement[] {
  return [
    // A trigger counts one more removal of access for each.
    statement(db, 'DELETE FROM members WHERE account_id = ?', [accountId]),
    statement(db, 'DELETE FROM access_requests WHERE account_id = ?', [accountId]),
    statement(db, 'DELETE FROM invitations WHERE email = ?', [email]),
    statement(
      db,
      `UPDATE invitations SET withdrawn_at = ?2
        WHERE invited_by = ?1 AND accepted_at IS NULL AND withdrawn_at IS NULL`,
      [accountId, now],
    ),
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

const requestRow = z.object({
  organizationId: z.string(),
  clientId: z.string(),
  reason: z.string(),
  state: z.string(),
  note: z.string().nullable(),
  createdAt: z.number(),
  decidedAt: z.number().nullable(),
})

export async function listOwnRequests(db: D1Database, accountId: string): Promise<OwnRequest[]> {
  return all(
    db,
    requestRow,
    `SELECT organization_id AS organizationId, client_id AS clientId, reason, state, note,
            created_at AS createdAt, decided_at AS decidedAt
       FROM access_requests WHERE account_id = ? ORDER BY created_at DESC, id`,
    [accountId],
  )
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

const invitationRow = z.object({
  organizationId: z.string(),
  email: z.string(),
  role: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  acceptedAt: z.number().nullable(),
  withdrawnAt: z.number().nullable(),
})

/** Those that a person was sent, and those that they sent. */
export async function listOwnInvitations(
  db: D1Database,
  { accountId, email }: { accountId: string; email: string },
): Promise<{ received: OwnInvitation[]; sent: OwnInvitation[] }> {
  const list = (condition: string, value: string) =>
    statement(
      db,
      `SELECT organization_id AS organizationId, email, role, created_at AS createdAt, expires_at AS expiresAt,
              accepted_at AS acceptedAt, withdrawn_at AS withdrawnAt
         FROM invitations WHERE ${condition} = ? ORDER BY created_at DESC, id`,
      [value],
    )
  const [received, sent] = await batch(db, [list('email', email), list('invited_by', accountId)])
  return { received: rowsOf(invitationRow, received), sent: rowsOf(invitationRow, sent) }
}
