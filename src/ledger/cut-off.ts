import { type Grant, isAlive } from '../grants/grant.ts'
import { orgGrantKey } from '../grants/grant-view.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { Ledger } from './ledger.ts'

export interface CutOff {
  organizationId: string
  /** Given before the removal. */
  grantIds: readonly string[]
  /** Scopes that need no organization: a grant that has none of them and lost its last organization ends. */
  accountScopes: readonly string[]
  /** The name of the audit event behind it, and who did it. */
  cause: string
  actor: string | null
}

/**
 * Takes an organization out of grants that it already refuses: the decision holds without this. No new generation of
 * tokens: the batch that decided made one. Does not queue, and twice is harmless.
 */
export function cutOff(ledger: Ledger, { grantIds, ...rest }: CutOff, now: EpochSeconds): void {
  const concerned = grantIds
    .map((id) => ledger.find(id))
    .filter((grant) => grant !== undefined)
    .filter((grant) => reaches(grant, rest.organizationId, now))
  if (concerned.length === 0) return
  ledger.commit(() => {
    for (const grant of concerned) loseOrganization(ledger, grant, rest, now)
  })
}

function reaches(grant: Grant, organizationId: string, now: EpochSeconds): boolean {
  const living = grant.state === 'authorized' || isAlive(grant, now)
  return living && grant.organizations.includes(organizationId)
}

function loseOrganization(ledger: Ledger, grant: Grant, cut: Omit<CutOff, 'grantIds'>, now: EpochSeconds): void {
  const { organizationId, accountScopes, cause: reason, actor } = cut
  const event = { organizationId, organizations: [organizationId], reason, ...(actor && { actor }) }
  const organizations = grant.organizations.filter((id) => id !== organizationId)
  if (organizations.length === 0 && !grant.scopes.some((scope) => accountScopes.includes(scope))) {
    ledger.revoke(grant, 'organization_lost', now, event)
    return
  }
  // The batch that decided gave its tokens the next index: whoever signs next asks for it.
  ledger.save(grant, { organizations, status: null }, { projected: true })
  ledger.outbox.addForgottenKey(orgGrantKey(organizationId, ledger.account.id, grant))
  ledger.record('grant.cut_off', grant, now, event)
}
