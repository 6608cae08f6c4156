import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { type AuditEvent, type AuditEventName, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import { isUniqueViolation } from '../lib/storage.ts'
import { closeRequestsStatement } from './access-requests-store.ts'
import type { ActingIn } from './acting-in.ts'
import type { AppDecision } from './decision.ts'
import { deleteDecisionStatement, putDecisionStatement } from './decisions-store.ts'
import { changeRoleStatement, insertMemberStatement, removeMemberStatement } from './members-store.ts'
import type { Organization, Role } from './organization.ts'
import { type Founder, insertOrganizationStatement, updateOrganizationStatement } from './organizations-store.ts'
import type { AppPolicy } from './policy.ts'
import { changePolicyStatement } from './policy-store.ts'

export type Named = { ok: true; organization: Organization } | { ok: false; reason: 'slug_taken' }

/** Whoever creates it is its first owner. */
export async function createOrganization(
  db: D1Database,
  { name, slug, policy, founder }: { name: string; slug: string; policy: AppPolicy['policy']; founder: Founder },
  now: EpochSeconds,
): Promise<Named | { ok: false; reason: 'too_many' }> {
  const organization: Organization = { id: randomId('org'), name, slug, personal: false, createdAt: now }
  const { accountId } = founder
  const event = organizationEvent(
    { db, organizationId: organization.id, actor: accountId },
    'organization.created',
    now,
  )
  let created = false
  const outcome = await named(organization, async () => {
    const [inserted] = await batch(db, [
      insertOrganizationStatement(db, organization, { policy, founder }),
      insertMemberStatement(db, { organizationId: organization.id, accountId }, 'owner', now),
      auditIfChangedStatement(db, event),
    ])
    created = changesOf(inserted) > 0
  })
  return outcome.ok && !created ? { ok: false, reason: 'too_many' } : outcome
}

export async function renameOrganization(
  acting: ActingIn,
  organization: Organization,
  now: EpochSeconds,
): Promise<Named> {
  const { db } = acting
  return named(organization, () =>
    batch(db, [
      updateOrganizationStatement(db, organization),
      auditIfChangedStatement(db, organizationEvent(acting, 'organization.updated', now)),
    ]),
  )
}

/** False: there is no such member, or it is the last owner. */
export function changeRole(acting: ActingIn, accountId: string, role: Role, now: EpochSeconds): Promise<boolean> {
  const event = organizationEvent(acting, 'member.role_changed', now, { accountId, reason: role })
  return write(acting.db, changeRoleStatement(acting.db, { ...acting, accountId }, role), event)
}

/**
 * What goes into the batch of a change besides: what it ends. The rooms that know of grants write it, and every
 * change that can take an app's or a person's access away has to bring it.
 */
export interface Consequences {
  /** What has lapsed is ended first: the change must not bring it back. */
  before: readonly D1PreparedStatement[]
  after: readonly D1PreparedStatement[]
}

/** False: there is no such member, or it is the last owner. */
export function removeMember(
  acting: ActingIn,
  accountId: string,
  consequences: Consequences,
  now: EpochSeconds,
): Promise<boolean> {
  const name = accountId === acting.actor ? 'member.left' : 'member.removed'
  const event = organizationEvent(acting, name, now, { accountId })
  return write(acting.db, removeMemberStatement(acting.db, { ...acting, accountId }), event, consequences)
}

/** Effective at the next token and at once in introspection: both read the decision. */
export async function decide(acting: ActingIn, decision: AppDecision, consequences: Consequences): Promise<void> {
  const { clientId, note } = decision
  const name = decision.decision === 'approved' ? 'app.approved' : 'app.blocked'
  const event = organizationEvent(acting, name, decision.decidedAt, {
    clientId,
    ...(note && { reason: note }),
    ...(decision.decision === 'approved' && { limits: decision }),
  })
  const { db, organizationId } = acting
  const answers = closeRequestsStatement(db, organizationId, decision)
  const after = [...consequences.after, answers]
  await write(db, putDecisionStatement(db, organizationId, decision), event, { ...consequences, after })
}

/** False: nothing was decided. Consents from before a block do not count again: people are asked anew. */
export function withdrawDecision(
  acting: ActingIn,
  clientId: string,
  consequences: Consequences,
  now: EpochSeconds,
): Promise<boolean> {
  const event = organizationEvent(acting, 'decision.withdrawn', now, { clientId })
  return write(acting.db, deleteDecisionStatement(acting.db, acting.organizationId, clientId), event, consequences)
}

/** Without a difference nothing is written. */
export async function changePolicy(
  acting: ActingIn,
  policy: AppPolicy,
  consequences: Consequences,
  now: EpochSeconds,
): Promise<void> {
  const limits = { scopeCeiling: policy.scopeCeiling, expiresAt: null }
  const event = organizationEvent(acting, 'policy.changed', now, { reason: policy.policy, limits })
  await write(acting.db, changePolicyStatement(acting.db, acting.organizationId, policy), event, consequences)
}

function organizationEvent(
  { organizationId, actor }: ActingIn,
  event: AuditEventName,
  at: EpochSeconds,
  more: Partial<AuditEvent> = {},
): AuditEvent {
  return newAuditEvent({ event, at, actor, organizationId, ...more })
}

const NONE: Consequences = { before: [], after: [] }

async function write(
  db: D1Database,
  change: D1PreparedStatement,
  event: AuditEvent,
  { before, after }: Consequences = NONE,
): Promise<boolean> {
  const results = await batch(db, [...before, change, auditIfChangedStatement(db, event), ...after])
  return changesOf(results[before.length]) > 0
}

async function named(organization: Organization, rename: () => Promise<unknown>): Promise<Named> {
  try {
    await rename()
    return { ok: true, organization }
  } catch (error) {
    if (isUniqueViolation(error)) return { ok: false, reason: 'slug_taken' }
    throw error
  }
}
