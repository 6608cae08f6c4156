import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf } from '../lib/d1.ts'
import { sha256 } from '../lib/encoding.ts'
import { randomBase64Url, randomId } from '../lib/random.ts'
import type { ActingIn } from './acting-in.ts'
import { INVITATION_TTL_SECONDS, type Invitation } from './invitation.ts'
import {
  acceptInvitationStatement,
  changeInvitationStatement,
  findInvitation,
  insertInvitationStatement,
  joinIfAcceptedStatement,
  replaceInvitationsStatement,
  withdrawInvitationStatement,
} from './invitations-store.ts'
import type { Role } from './organization.ts'

/** The token is for the mail alone: here only its hash stays. */
export type Invited = { invitation: Invitation; token: string }

const TOKEN = /^[\w-]{43}$/

/**
 * Replaces what was sent to the address before. Undefined: a member has it, one was mailed within a day, or there are
 * too many.
 */
export async function inviteAddress(
  { db, organizationId, actor }: ActingIn,
  { email, role }: { email: string; role: Role },
  now: EpochSeconds,
): Promise<Invited | undefined> {
  const token = randomBase64Url(32)
  const tokenHash = await sha256(token)
  const expiresAt = now + INVITATION_TTL_SECONDS
  const fresh = { id: randomId('inv'), organizationId, email, role, tokenHash, invitedBy: actor }
  const written = { ...fresh, createdAt: now, expiresAt }
  const reason = `${email} as ${role}`
  const event = newAuditEvent({ event: 'invitation.created', at: now, actor, organizationId, reason })
  const [inserted] = await batch(db, [
    insertInvitationStatement(db, written),
    auditIfChangedStatement(db, event),
    replaceInvitationsStatement(db, written),
  ])
  const invitation = changesOf(inserted) > 0 ? await findInvitation(db, tokenHash, now) : undefined
  return invitation && { invitation, token }
}

/** The link that was mailed stays. False: it was accepted or withdrawn meanwhile. */
export function changeInvitation(
  { db, organizationId, actor }: ActingIn,
  { id, email }: Invitation,
  role: Role,
  now: EpochSeconds,
): Promise<boolean> {
  const reason = `${email} as ${role}`
  const event = newAuditEvent({ event: 'invitation.created', at: now, actor, organizationId, reason })
  const statement = changeInvitationStatement(db, { id, role, invitedBy: actor }, now)
  return changes(db, [statement, auditIfChangedStatement(db, event)])
}

/** False: it was accepted or withdrawn meanwhile. */
export function withdrawInvitation(
  { db, organizationId, actor }: ActingIn,
  { id, email }: Invitation,
  now: EpochSeconds,
): Promise<boolean> {
  const event = newAuditEvent({ event: 'invitation.withdrawn', at: now, actor, organizationId, reason: email })
  return changes(db, [withdrawInvitationStatement(db, id, now), auditIfChangedStatement(db, event)])
}

/** Also one that works no more; undefined when the link was never ours. */
export async function findInvitationByToken(
  db: D1Database,
  token: string,
  now: EpochSeconds,
): Promise<Invitation | undefined> {
  return TOKEN.test(token) ? findInvitation(db, await sha256(token), now) : undefined
}

/** Once, whoever else tries at the same moment: false for all others. */
export function acceptInvitation(
  db: D1Database,
  { id, organizationId, role }: Invitation,
  accountId: string,
  now: EpochSeconds,
): Promise<boolean> {
  const joined = { event: 'member.joined', at: now, actor: accountId, organizationId, accountId, reason: role } as const
  return changes(db, [
    acceptInvitationStatement(db, { id, accountId }, now),
    joinIfAcceptedStatement(db, { id, accountId }, now),
    auditIfChangedStatement(db, newAuditEvent(joined)),
  ])
}

async function changes(db: D1Database, statements: D1PreparedStatement[]): Promise<boolean> {
  const [changed] = await batch(db, statements)
  return changesOf(changed) > 0
}
