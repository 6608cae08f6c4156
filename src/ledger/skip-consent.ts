import type { RemovalCount } from '../grants/effective-access.ts'
import { type Grant, isAlive, type ShownApp } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { Ledger } from './ledger.ts'

export interface SkipQuestion {
  clientId: string
  resource: string
  redirectUri: string
  scopes: readonly string[]
  shownApp: ShownApp
  /** Organizations that still let the app in. */
  reachable: readonly { id: string; joinedAfter: RemovalCount }[]
  /** The last time that an organization of the person cut the app off. */
  lastCutOff: RemovalCount
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
    grant.consentedAfter >= question.lastCutOff &&
    grant.resource === question.resource &&
    grant.redirectUri === question.redirectUri &&
    question.scopes.every((scope) => grant.scopes.includes(scope)) &&
    grant.organizations.every((id) => isReachable(id, grant, question)) &&
    grant.shownApp.clientName === question.shownApp.clientName &&
    grant.shownApp.publisherDomain === question.shownApp.publisherDomain
  )
}

function isReachable(organizationId: string, { consentedAfter }: Grant, { reachable }: SkipQuestion): boolean {
  return reachable.some(({ id, joinedAfter }) => id === organizationId && consentedAfter >= joinedAfter)
}
