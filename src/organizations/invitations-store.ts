import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, first, run, statement } from '../lib/d1.ts'
import { flagColumn } from '../lib/flag-column.ts'
import {
  type Invitation,
  MAILED_AGAIN_AFTER_SECONDS,
  MAX_INVITATIONS_PER_HOUR,
  MAX_OPEN_INVITATIONS,
} from './invitation.ts'
import { ROLE_NAMES, type Role } from './organization.ts'

const HOUR_SECONDS = 3600

/** `?1` is the present. Who was an administrator when they invited must be one still, and an owner for an owner. */
const INVITATIONS = `
  SELECT invitations.*, organizations.name AS organization_name, organizations.slug AS organization_slug,
         inviter.email AS inviter_email,
         (accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?1
          AND organizations.suspended_at IS NULL AND organizations.personal_account_id IS NULL
          AND inviter.suspended_at IS NULL
          AND EXISTS (SELECT 1 FROM members
                       WHERE members.organization_id = organizations.id AND members.account_id = inviter.id
                         AND (members.role = 'owner' OR (members.role = 'admin' AND invitations.role != 'owner')))
         ) AS living
    FROM invitations
    JOIN organizations ON organizations.id = invitations.organization_id
    JOIN accounts AS inviter ON inviter.id = invitations.invited_by`

const invitationRow = camelKeys(
  z.object({
    id: z.string(),
    organization_id: z.string(),
    organization_name: z.string(),
    organization_slug: z.string().nullable(),
    email: z.string(),
    role: z.enum(ROLE_NAMES),
    invited_by: z.string(),
    inviter_email: z.string(),
    created_at: z.number(),
    expires_at: z.number(),
    living: flagColumn,
  }),
)

/** The living ones, the newest first. */
export async function listInvitations(
  db: D1Database,
  organizationId: string,
  now: EpochSeconds,
): Promise<Invitation[]> {
  return all(
    db,
    invitationRow,
    `SELECT * FROM (${INVITATIONS}) WHERE organization_id = ?2 AND living ORDER BY created_at DESC, id`,
    [now, organizationId],
  )
}

/** Also one that works no more. */
export async function findInvitation(
  db: D1Database,
  tokenHash: string,
  now: EpochSeconds,
): Promise<Invitation | undefined> {
  return first(db, invitationRow, `SELECT * FROM (${INVITATIONS}) WHERE token_hash = ?2`, [now, tokenHash])
}

interface NewInvitation extends Pick<Invitation, 'id' | 'organizationId' | 'email' | 'role' | 'invitedBy'> {
  tokenHash: string
  createdAt: EpochSeconds
  expiresAt: EpochSeconds
}

/** Counted in the statement that writes: inserts nothing for a member, nor beyond the bounds, nor twice a day. */
export function insertInvitationStatement(db: D1Database, invitation: NewInvitation): D1PreparedStatement {
  return statement(
    db,
    `INSERT INTO invitations (id, organization_id, email, role, token_hash, invited_by, created_at, expires_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
      WHERE NOT EXISTS (SELECT 1 FROM members JOIN accounts ON accounts.id = members.account_id
                         WHERE members.organization_id = ?2 AND accounts.email = ?3)
        AND NOT EXISTS (SELECT 1 FROM (${INVITATIONS.replaceAll('?1', '?7')})
                         WHERE organization_id = ?2 AND email = ?3 AND living
                           AND created_at > ?7 - ${MAILED_AGAIN_AFTER_SECONDS})
        AND (SELECT count(*) FROM invitations
              WHERE organization_id = ?2 AND email != ?3 AND expires_at > ?7
                AND accepted_at IS NULL AND withdrawn_at IS NULL) < ${MAX_OPEN_INVITATIONS}
        AND (SELECT count(*) FROM invitations
              WHERE organization_id = ?2 AND created_at > ?7 - ${HOUR_SECONDS}) < ${MAX_INVITATIONS_PER_HOUR}
        AND (SELECT count(*) FROM invitations
              WHERE invited_by = ?6 AND created_at > ?7 - ${HOUR_SECONDS}) < ${MAX_INVITATIONS_PER_HOUR}`,
    [
      invitation.id,
      invitation.organizationId,
      invitation.email,
      invitation.role,
      invitation.tokenHash,
      invitation.invitedBy,
      invitation.createdAt,
      invitation.expiresAt,
    ],
  )
}

/** For the batch that invites again: the links that were sent before are dead, if the new one was written. */
export function replaceInvitationsStatement(
  db: D1Database,
  { id, organizationId, email, createdAt }: NewInvitation,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE invitations SET withdrawn_at = ?4
      WHERE organization_id = ?2 AND email = ?3 AND id != ?1 AND accepted_at IS NULL AND withdrawn_at IS NULL
        AND EXISTS (SELECT 1 FROM invitations WHERE id = ?1)`,
    [id, organizationId, email, createdAt],
  )
}

export function withdrawInvitationStatement(db: D1Database, id: string, now: EpochSeconds): D1PreparedStatement {
  return statement(
    db,
    'UPDATE invitations SET withdrawn_at = ?2 WHERE id = ?1 AND accepted_at IS NULL AND withdrawn_at IS NULL',
    [id, now],
  )
}

/** Changes nothing unless the invitation lives, the account has its address, and is no member yet. */
export function acceptInvitationStatement(
  db: D1Database,
  { id, accountId }: { id: string; accountId: string },
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE invitations SET accepted_at = ?1
      WHERE id = (SELECT id FROM (${INVITATIONS}) WHERE id = ?2 AND living)
        AND email = (SELECT email FROM accounts WHERE id = ?3 AND suspended_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM members
                         WHERE members.organization_id = invitations.organization_id AND account_id = ?3)`,
    [now, id, accountId],
  )
}

/** For the place right after the acceptance in its batch: what accepted nothing makes nobody a member. */
export function joinIfAcceptedStatement(
  db: D1Database,
  { id, accountId }: { id: string; accountId: string },
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    // Triggers set joined_after, and refuse who joins after the end of the account or the organization.
    `INSERT INTO members (organization_id, account_id, role, created_at)
     SELECT organization_id, ?2, role, ?3 FROM invitations WHERE id = ?1 AND changes() > 0`,
    [id, accountId, now],
  )
}

/** Another role for one that is open, by who could have invited so. */
export function changeInvitationStatement(
  db: D1Database,
  { id, role, invitedBy }: { id: string; role: Role; invitedBy: string },
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE invitations SET role = ?2, invited_by = ?3
      WHERE id = ?1 AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?4`,
    [id, role, invitedBy, now],
  )
}

/** What stands in the way of one more, for whoever is told. */
export type Obstacle = { kind: 'member' | 'too_many_open' } | { kind: 'too_many_mails'; retryAfterSeconds: number }

const obstacleRow = camelKeys(z.object({ member: flagColumn, open: z.number(), full_at: z.number() }))

export async function findObstacle(
  db: D1Database,
  { organizationId, email, invitedBy }: Pick<Invitation, 'organizationId' | 'email' | 'invitedBy'>,
  now: EpochSeconds,
): Promise<Obstacle | undefined> {
  const lastOf = (column: string, parameter: string) =>
    `(SELECT created_at FROM invitations WHERE ${column} = ${parameter}
       ORDER BY created_at DESC LIMIT 1 OFFSET ${MAX_INVITATIONS_PER_HOUR - 1})`
  const found = await first(
    db,
    obstacleRow,
    `SELECT EXISTS (SELECT 1 FROM members JOIN accounts ON accounts.id = members.account_id
                     WHERE members.organization_id = ?1 AND accounts.email = ?2) AS member,
            (SELECT count(*) FROM invitations
              WHERE organization_id = ?1 AND email != ?2 AND expires_at > ?3
                AND accepted_at IS NULL AND withdrawn_at IS NULL) AS open,
            max(coalesce(${lastOf('organization_id', '?1')}, 0), coalesce(${lastOf('invited_by', '?4')}, 0)) AS full_at`,
    [organizationId, email, now, invitedBy],
  )
  if (!found) return undefined
  if (found.member) return { kind: 'member' }
  if (found.open >= MAX_OPEN_INVITATIONS) return { kind: 'too_many_open' }
  const retryAfterSeconds = found.fullAt + HOUR_SECONDS - now
  return retryAfterSeconds > 0 ? { kind: 'too_many_mails', retryAfterSeconds } : undefined
}

/** The log keeps what happened to them. */
export async function deleteOldInvitations(db: D1Database, expiredBefore: EpochSeconds): Promise<void> {
  await run(db, 'DELETE FROM invitations WHERE expires_at <= ?', [expiredBefore])
}
