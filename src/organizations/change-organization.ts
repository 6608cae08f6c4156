import { auditIfChangedStatement, auditStatement } from '../audit/audit-store.ts'
import { type AuditEvent, type AuditEventName, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { randomId } from '../lib/random.ts'
import { isUniqueViolation, reach } from '../lib/storage.ts'
import type { AppDecision } from './decision.ts'
import { cutOffStatement, deleteDecisionStatement, putDecisionStatement } from './decisions-store.ts'
import { changeRoleStatement, insertMemberStatement, removeMemberStatement } from './members-store.ts'
import type { Organization, Role } from './organization.ts'
import { insertOrganizationStatement, updateOrganizationStatement } from './organizations-store.ts'

/** In which organization, and by whom. The role was checked; everything here is audited in the batch that changes. */
interface Deed {
  db: D1Database
  organizationId: string
  actor: string
}

export type Named = { ok: true; organization: Organization } | { ok: false; reason: 'slug_taken' }

/** Whoever creates it is its first owner. */
export async function createOrganization(
  db: D1Database,
  { name, slug, actor }: { name: string; slug: string; actor: string },
  now: EpochSeconds,
): Promise<Named> {
  const organization: Organization = { id: randomId('org'), name, slug, personal: false, createdAt: now }
  const deed = { db, organizationId: organization.id, actor }
  return named(organization, () =>
    db.batch([
      insertOrganizationStatement(db, organization),
      insertMemberStatement(db, { organizationId: organization.id, accountId: actor }, 'owner', now),
      auditStatement(db, organizationEvent(deed, 'organization.created', now)),
    ]),
  )
}

export async function renameOrganization(deed: Deed, organization: Organization, now: EpochSeconds): Promise<Named> {
  const { db } = deed
  return named(organization, () =>
    db.batch([
      updateOrganizationStatement(db, organization),
      auditIfChangedStatement(db, organizationEvent(deed, 'organization.updated', now)),
    ]),
  )
}

/** False: there is no such member, or it is the last owner. */
export function changeRole(deed: Deed, accountId: string, role: Role, now: EpochSeconds): Promise<boolean> {
  const event = organizationEvent(deed, 'member.role_changed', now, { accountId, reason: role })
  return write(deed.db, changeRoleStatement(deed.db, { ...deed, accountId }, role), event)
}

/** False: there is no such member, or it is the last owner. */
export function removeMember(deed: Deed, accountId: string, now: EpochSeconds): Promise<boolean> {
  const name = accountId === deed.actor ? 'member.left' : 'member.removed'
  const event = organizationEvent(deed, name, now, { accountId })
  return write(deed.db, removeMemberStatement(deed.db, { ...deed, accountId }), event)
}

/** Effective at the next token and at once in introspection: both read the decision. */
export async function decide(deed: Deed, decision: AppDecision): Promise<void> {
  const { clientId, note } = decision
  const name = decision.decision === 'approved' ? 'app.approved' : 'app.blocked'
  const event = organizationEvent(deed, name, decision.decidedAt, { clientId, ...(note && { reason: note }) })
  const { db, organizationId } = deed
  const cutOff = decision.decision === 'blocked' ? [cutOffStatement(db, organizationId, decision)] : []
  await write(db, putDecisionStatement(db, organizationId, decision), event, ...cutOff)
}

/** False: nothing was decided. Consents from before a block do not count again: people are asked anew. */
export function withdrawDecision(deed: Deed, clientId: string, now: EpochSeconds): Promise<boolean> {
  const event = organizationEvent(deed, 'decision.withdrawn', now, { clientId })
  return write(deed.db, deleteDecisionStatement(deed.db, deed.organizationId, clientId), event)
}

function organizationEvent(
  { organizationId, actor }: Deed,
  event: AuditEventName,
  at: EpochSeconds,
  more: Partial<AuditEvent> = {},
): AuditEvent {
  return newAuditEvent({ event, at, actor, organizationId, ...more })
}

async function write(
  db: D1Database,
  change: D1PreparedStatement,
  event: AuditEvent,
  ...consequences: D1PreparedStatement[]
): Promise<boolean> {
  const [changed] = await reach('D1', () => db.batch([change, auditIfChangedStatement(db, event), ...consequences]))
  return changed !== undefined && changed.meta.changes > 0
}

async function named(organization: Organization, batch: () => Promise<unknown>): Promise<Named> {
  try {
    await reach('D1', batch)
    return { ok: true, organization }
  } catch (error) {
    if (isUniqueViolation(error)) return { ok: false, reason: 'slug_taken' }
    throw error
  }
}
