import type { EpochSeconds } from '../lib/clock.ts'
import { randomId } from '../lib/random.ts'

/** Everything that is audited. What is not in this list does not exist in the log. */
export const AUDIT_EVENTS = [
  'consent.granted',
  'consent.denied',
  'consent.refused',
  'token.refused',
  'grant.revoked',
  'grant.narrowed',
  'grant.cut_off',
  'grant.evicted',
  'code.replayed',
  'refresh_token.reused',
  'refresh_token.repeated_elsewhere',
  'app.created',
  'app.updated',
  'app.deleted',
  'app.suspended',
  'app.resumed',
  'organization.suspended',
  'organization.resumed',
  'account.suspended',
  'account.resumed',
  'publisher.verified',
  'publisher.failed',
  'publisher.lost',
  'secret.created',
  'secret.deleted',
  'organization.created',
  'organization.updated',
  'invitation.created',
  'invitation.withdrawn',
  'member.joined',
  'member.role_changed',
  'member.removed',
  'member.left',
  'app.approved',
  'app.blocked',
  'approval.ended',
  'app.scopes_waiting',
  'decision.withdrawn',
  'policy.changed',
  'access.requested',
  'access.declined',
  'webhook.created',
  'webhook.confirmed',
  'webhook.disabled',
  'webhook.updated',
  'webhook.secret_created',
  'webhook.deleted',
  'resource.created',
  'resource.updated',
  'resource.secret_created',
  'scope.created',
  'scope.updated',
  'scope.deleted',
  'session.signed_in',
  'session.signed_out',
  'session.signed_out_everywhere',
  'key.created',
  'key.rotated',
  'key.withdrawn',
  'key.unwrap_failed',
] as const
export type AuditEventName = (typeof AUDIT_EVENTS)[number]

const OF_THE_DEPLOYMENT = /^(account\.(suspended|resumed)|resource|scope|session|key)(\.|$)/
/** Those that an organization's log can show; the others are of the deployment, or of a person alone. */
export const ORGANIZATION_EVENTS = AUDIT_EVENTS.filter((event) => !OF_THE_DEPLOYMENT.test(event))

/** One thing that happened; never holds a token, code, secret or cookie. */
export interface AuditEvent {
  /** Made where it happens, so that a repeated delivery is the same row. */
  id: string
  event: AuditEventName
  at: EpochSeconds
  /** Who did it: an account, or an app acting for itself. */
  actor?: string
  organizationId?: string
  clientId?: string
  grantId?: string
  accountId?: string
  address?: string
  reason?: string
  /** Of an approval or a policy: what it stops at, and when it ends. */
  limits?: Limits
  /** Whose logs show it, when that is not only `organizationId`: those that a grant names. */
  organizations?: readonly string[]
}

export interface Limits {
  /** Null: no limit. */
  scopeCeiling: readonly string[] | null
  /** Null: no end. */
  expiresAt: EpochSeconds | null
}

export function newAuditEvent(event: Omit<AuditEvent, 'id'>): AuditEvent {
  return { id: randomId('evt'), ...event }
}

/**
 * For what a person can do again and again: one event an hour for each person and thing, so that nobody fills a log, or
 * the webhooks that follow it, with their own repeats. Its first reason stands.
 */
export function newRepeatableEvent(event: Omit<AuditEvent, 'id'> & { actor: string }): AuditEvent {
  const { event: name, at, actor, organizationId = '', clientId = '', organizations = [] } = event
  const hour = Math.floor(at / 3600)
  const thing = [...new Set([organizationId, ...organizations])].sort().join('-')
  return { id: `evt_${name.replaceAll('.', '_')}_${actor}_${thing}_${clientId}_${hour}`, ...event }
}
