import type { EpochSeconds } from '../lib/clock.ts'
import { randomId } from '../lib/random.ts'

interface EventKind {
  /** What happened, after the name of whoever did it. */
  words: string
  /** Whose log can show it: that of an organization, or only that of the deployment and of the person. */
  log: 'organization' | 'deployment'
}

/** Everything that is audited, and nothing else: the schemas, the pages and what webhooks are told come from here. */
export const AUDIT_EVENTS = {
  'consent.granted': { words: 'allowed an app', log: 'organization' },
  'consent.denied': { words: 'refused an app', log: 'organization' },
  'consent.refused': { words: 'wanted to allow an app that is not let in', log: 'organization' },
  'token.refused': { words: 'an app got no token', log: 'organization' },
  'grant.revoked': { words: 'a grant ended', log: 'organization' },
  'grant.narrowed': { words: 'a grant was narrowed', log: 'organization' },
  'grant.cut_off': { words: 'a grant lost this organization', log: 'organization' },
  'grant.evicted': { words: 'a grant gave way to newer ones', log: 'organization' },
  'code.replayed': { words: 'an authorization code was used twice', log: 'organization' },
  'refresh_token.reused': { words: 'an old refresh token was used again', log: 'organization' },
  'refresh_token.repeated_elsewhere': { words: 'a refresh was repeated from elsewhere', log: 'organization' },
  'app.created': { words: 'registered an app', log: 'organization' },
  'app.updated': { words: 'changed an app', log: 'organization' },
  'app.deleted': { words: 'deleted an app', log: 'organization' },
  'app.suspended': { words: 'the operator stopped an app', log: 'organization' },
  'app.resumed': { words: 'the operator let an app go on', log: 'organization' },
  'organization.suspended': { words: 'the operator suspended the organization', log: 'organization' },
  'organization.resumed': { words: 'the operator let the organization go on', log: 'organization' },
  'account.suspended': { words: 'the operator suspended an account', log: 'deployment' },
  'account.resumed': { words: 'the operator let an account go on', log: 'deployment' },
  'account.erased': { words: 'erased an account', log: 'deployment' },
  'publisher.verified': { words: 'a publisher was verified', log: 'organization' },
  'publisher.failed': { words: 'a publisher could not be verified', log: 'organization' },
  'publisher.lost': { words: 'a publisher lost its mark', log: 'organization' },
  'secret.created': { words: 'created a secret of an app', log: 'organization' },
  'secret.deleted': { words: 'deleted a secret of an app', log: 'organization' },
  'organization.created': { words: 'created the organization', log: 'organization' },
  'organization.updated': { words: 'renamed the organization', log: 'organization' },
  // Nobody reads the log of a closed organization, and its webhooks have ended.
  'organization.closed': { words: 'closed the organization', log: 'deployment' },
  'invitation.created': { words: 'invited somebody', log: 'organization' },
  'invitation.withdrawn': { words: 'withdrew an invitation', log: 'organization' },
  'member.joined': { words: 'joined', log: 'organization' },
  'member.role_changed': { words: 'changed a role', log: 'organization' },
  'member.removed': { words: 'removed a member', log: 'organization' },
  'member.left': { words: 'left', log: 'organization' },
  'app.approved': { words: 'approved an app', log: 'organization' },
  'app.blocked': { words: 'blocked an app', log: 'organization' },
  'approval.ended': { words: 'the approval of an app ended', log: 'organization' },
  'app.scopes_waiting': { words: 'an approved app registered more than it was approved for', log: 'organization' },
  'decision.withdrawn': { words: 'withdrew a decision', log: 'organization' },
  'policy.changed': { words: 'changed the policy', log: 'organization' },
  'access.requested': { words: 'asked for an app', log: 'organization' },
  'access.declined': { words: 'declined a request for an app', log: 'organization' },
  'webhook.created': { words: 'added a webhook', log: 'organization' },
  'webhook.confirmed': { words: 'confirmed a webhook', log: 'organization' },
  'webhook.disabled': { words: 'a webhook failed for too long and was switched off', log: 'organization' },
  'webhook.updated': { words: 'changed a webhook', log: 'organization' },
  'webhook.secret_created': { words: 'created a new secret of a webhook', log: 'organization' },
  'webhook.deleted': { words: 'deleted a webhook', log: 'organization' },
  'resource.created': { words: 'added a protected API', log: 'deployment' },
  'resource.updated': { words: 'changed a protected API', log: 'deployment' },
  'resource.secret_created': { words: 'created credentials of a protected API', log: 'deployment' },
  'scope.created': { words: 'added a scope', log: 'deployment' },
  'scope.updated': { words: 'changed a scope', log: 'deployment' },
  'scope.deleted': { words: 'deleted a scope', log: 'deployment' },
  'session.signed_in': { words: 'signed in', log: 'deployment' },
  'session.signed_out': { words: 'signed out', log: 'deployment' },
  'session.signed_out_everywhere': { words: 'signed out everywhere', log: 'deployment' },
  'key.created': { words: 'a signing key was created', log: 'deployment' },
  'key.rotated': { words: 'a signing key was rotated', log: 'deployment' },
  'key.withdrawn': { words: 'a signing key was withdrawn', log: 'deployment' },
  'key.unwrap_failed': { words: 'a signing key could not be opened', log: 'deployment' },
} as const satisfies Record<string, EventKind>
export type AuditEventName = keyof typeof AUDIT_EVENTS
export const AUDIT_EVENT_NAMES = Object.keys(AUDIT_EVENTS) as AuditEventName[]

/** Those that an organization's log can show. */
export const ORGANIZATION_EVENTS = AUDIT_EVENT_NAMES.filter((event) => AUDIT_EVENTS[event].log === 'organization')

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
