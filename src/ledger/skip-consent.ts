import { type Grant, isAlive, type ShownApp } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { Ledger } from './ledger.ts'

export interface SkipQuestion {
  clientId: string
  resource: string
  redirectUri: string
  scopes: readonly string[]
  shownApp: ShownApp
  /** Organizations that still let the app in, and since when the person is in them. */
  reachable: readonly { id: string; since: EpochSeconds }[]
  /** When an organization of the person last cut the app off. */
  consentedAfter: EpochSeconds
}

export interface SkippableConsent {
  grantId: string
  organizations: readonly string[]
}

/**
 * A living redeemed grant that covers the request, with every organization of it still allowed and the app as it
 * was shown. The rules that need no grant (https redirect, no sensitive scope, prompt) are checked by the edge.
 */
export function findSkippable(ledger: Ledger, question: SkipQuestion, now: EpochSeconds): SkippableConsent | null {
  if (!ledger.exists) return null
  const covering = ledger.grants.listActive(question.clientId).find((grant) => covers(grant, question, now))
  return covering ? { grantId: covering.id, organizations: covering.organizations } : null
}

function covers(grant: Grant, question: SkipQuestion, now: EpochSeconds): boolean {
  return (
    isAlive(grant, now) &&
    grant.redeemedAt !== null &&
    grant.createdAt > question.consentedAfter &&
    grant.resource === question.resource &&
    grant.redirectUri === question.redirectUri &&
    question.scopes.every((scope) => grant.scopes.includes(scope)) &&
    grant.organizations.every((id) => isReachable(id, grant.createdAt, question)) &&
    grant.shownApp.clientName === question.shownApp.clientName &&
    grant.shownApp.publisherDomain === question.shownApp.publisherDomain
  )
}

function isReachable(organizationId: string, consentedAt: EpochSeconds, { reachable }: SkipQuestion): boolean {
  return reachable.some(({ id, since }) => id === organizationId && consentedAt >= since)
}
