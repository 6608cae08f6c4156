import type { RemovalCount } from '../grants/effective-access.ts'
import { endsAt, type Grant, isAlive } from '../grants/grant.ts'
import { orgGrantKey } from '../grants/grant-view.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { Ledger } from './ledger.ts'

/** A grant as the person who gave it sees it. */
export interface GrantSummary {
  id: string
  clientId: string
  resource: string
  scopes: readonly string[]
  organizations: readonly string[]
  createdAt: EpochSeconds
  consentedAfter: RemovalCount
  /** To the hour. */
  lastUsedAt: EpochSeconds
  endsAt: EpochSeconds
  /** Of the browser in which it was given. */
  userAgent: string
}

/** Living grants, the most recently given first. */
export function listGrants(ledger: Ledger, now: EpochSeconds): GrantSummary[] {
  if (!ledger.exists) return []
  const living = ledger.grants.listActive().filter((grant) => isAlive(grant, now))
  return living.sort((a, b) => b.createdAt - a.createdAt || a.id.localeCompare(b.id)).map(toSummary)
}

/** Does not queue: no refresh in flight can undo it. False: there is no such living grant. */
export function revokeGrant(ledger: Ledger, grantId: string, actor: string, now: EpochSeconds): boolean {
  const grant = ledger.find(grantId)
  if (!grant || !isAlive(grant, now)) return false
  ledger.commit(() => ledger.revoke(grant, 'revoked_by_person', now, { actor }))
  return true
}

/** Every grant of an app, also one whose code is still on its way. */
export function revokeApp(ledger: Ledger, clientId: string, actor: string, now: EpochSeconds): number {
  if (!ledger.exists) return 0
  const grants = ledger.grants.listUnrevoked(clientId)
  ledger.commit(() => {
    for (const grant of grants) ledger.revoke(grant, 'revoked_by_person', now, { actor })
  })
  return grants.length
}

export interface Narrowing {
  grantId: string
  /** What is kept. Names that the grant does not have are ignored: narrowing never widens. */
  scopes: readonly string[]
  organizations: readonly string[]
  actor: string
}

/** Takes effect at the next token and at once in introspection. Undefined: there is no such living grant. */
export function narrowGrant(ledger: Ledger, narrowing: Narrowing, now: EpochSeconds): GrantSummary | undefined {
  const grant = ledger.find(narrowing.grantId)
  if (!grant || !isAlive(grant, now)) return undefined
  const kept = {
    scopes: grant.scopes.filter((scope) => narrowing.scopes.includes(scope)),
    organizations: grant.organizations.filter((id) => narrowing.organizations.includes(id)),
  }
  const narrowed = { ...grant, ...kept }
  if (isSame(grant, narrowed)) return toSummary(grant)
  ledger.commit(() => {
    ledger.renewStatus(grant, kept)
    for (const id of lost(grant.organizations, narrowed.organizations)) {
      ledger.outbox.addForgottenKey(orgGrantKey(id, ledger.account.id, grant))
    }
    const reason = [...lost(grant.scopes, narrowed.scopes), ...lost(grant.organizations, narrowed.organizations)]
    ledger.record('grant.narrowed', grant, now, { actor: narrowing.actor, reason: reason.join(' ') })
  })
  return toSummary(narrowed)
}

function isSame(before: Grant, after: Grant): boolean {
  return before.scopes.length === after.scopes.length && before.organizations.length === after.organizations.length
}

function lost(before: readonly string[], after: readonly string[]): string[] {
  return before.filter((item) => !after.includes(item))
}

function toSummary(grant: Grant): GrantSummary {
  return {
    id: grant.id,
    clientId: grant.clientId,
    resource: grant.resource,
    scopes: grant.scopes,
    organizations: grant.organizations,
    createdAt: grant.createdAt,
    consentedAfter: grant.consentedAfter,
    lastUsedAt: grant.lastUsedAt,
    endsAt: endsAt(grant),
    userAgent: grant.userAgent,
  }
}
