import { eraseAccountStatement, forgetPersonStatements, wouldLeaveNoOwner } from '../../accounts/erase-account-store.ts'
import { auditIfChangedStatement, forgetPersonInEventsStatements } from '../../audit/audit-store.ts'
import { newAuditEvent } from '../../audit/events.ts'
import type { EpochSeconds } from '../../lib/clock.ts'
import { batch } from '../../lib/d1.ts'
import { closePersonalStatement } from '../../organizations/close-organization-store.ts'
import { forgetMemberStatements, handOverStatement, type KeptMembership } from '../../organizations/leaving-store.ts'
import { removeMemberStatement } from '../../organizations/members-store.ts'
import { countRemovalStatement } from '../../revocation/removals-store.ts'
import { endStatusesOfAccountStatement } from '../../revocation/token-statuses-store.ts'
import { closedStatements, closingStatements } from '../organizations/closing/actions.ts'

/** What becomes of an organization whose last owner goes: somebody else owns it, or (null) it is closed. */
export interface Inheritance {
  organizationId: string
  handOverTo: string | null
}

export interface Erasure {
  accountId: string
  /** Of this moment: what it stands in is erased. */
  email: string
  memberships: readonly KeptMembership[]
  inheritances: readonly Inheritance[]
  /** The person, or an operator. */
  actor: string
}

/**
 * Ends everything that an account gave and was, in one batch: at the next request there is no session, no membership
 * and no account to act for, and its address is free. A job finishes behind it. False, and nothing is written: an
 * organization would be without an owner, whatever happened at the same time.
 */
export async function writeErasure(db: D1Database, erasure: Erasure, now: EpochSeconds): Promise<boolean> {
  const { accountId, memberships, inheritances, actor } = erasure
  const shared = memberships.filter(({ personal }) => !personal)
  const personal = memberships.filter((membership) => membership.personal)
  const event = newAuditEvent({ event: 'account.erased', at: now, actor, accountId })
  try {
    await batch(db, [
      ...inheritances.flatMap((inheritance) => inheritStatements(db, inheritance, actor, now)),
      ...shared.flatMap(({ organizationId }) => leaveStatements(db, { organizationId, accountId, actor }, now)),
      eraseAccountStatement(db, accountId, now),
      auditIfChangedStatement(db, event),
      countRemovalStatement(db),
      endStatusesOfAccountStatement(db, accountId, now),
      ...personal.flatMap(({ organizationId }) => [
        closePersonalStatement(db, { organizationId, accountId }, now),
        ...closedStatements(db, { organizationId, accountId, cause: 'account.erased', requestedBy: actor }, now),
      ]),
      ...forgetMemberStatements(db, erasure, now),
      ...forgetPersonStatements(db, erasure),
      ...forgetPersonInEventsStatements(db, erasure),
    ])
    return true
  } catch (error) {
    if (wouldLeaveNoOwner(error)) return false
    throw error
  }
}

function inheritStatements(
  db: D1Database,
  { organizationId, handOverTo }: Inheritance,
  actor: string,
  now: EpochSeconds,
): D1PreparedStatement[] {
  if (handOverTo === null) return closingStatements(db, { organizationId, actor, ownerId: null }, now)
  const event = { event: 'member.role_changed', at: now, actor, organizationId, reason: 'owner' } as const
  return [
    handOverStatement(db, { organizationId, accountId: handOverTo }),
    auditIfChangedStatement(db, newAuditEvent({ ...event, accountId: handOverTo })),
  ]
}

/** Keeps the last owner, for whom the erasure is refused right after. */
function leaveStatements(
  db: D1Database,
  { organizationId, accountId, actor }: { organizationId: string; accountId: string; actor: string },
  now: EpochSeconds,
): D1PreparedStatement[] {
  const event = accountId === actor ? 'member.left' : 'member.removed'
  return [
    removeMemberStatement(db, { organizationId, accountId }),
    auditIfChangedStatement(db, newAuditEvent({ event, at: now, actor, organizationId, accountId })),
  ]
}
