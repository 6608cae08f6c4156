import type { RevocationReason } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { Ledger } from './ledger.ts'

export interface EndedGrants {
  grantIds: readonly string[]
  reason: RevocationReason
  /** Who is behind it; null: nobody in particular. */
  actor: string | null
}

/** Ends grants whose app is gone. Does not queue, and twice is harmless. */
export function endGrants(ledger: Ledger, { grantIds, reason, actor }: EndedGrants, now: EpochSeconds): void {
  const grants = grantIds.map((id) => ledger.find(id)).filter((grant) => grant !== undefined)
  if (grants.length === 0) return
  ledger.commit(() => {
    for (const grant of grants) ledger.revoke(grant, reason, now, { ...(actor && { actor }) })
  })
}

/**
 * Ends everything that an erased account gave, also what is still on its way, and forgets in which browsers. True when
 * all that follows was delivered: no view and no row of the index will be written any more.
 */
export function endAccount(ledger: Ledger, actor: string | null, now: EpochSeconds): boolean {
  if (!ledger.exists) return true
  ledger.commit(() => {
    for (const grant of ledger.grants.listEveryUnrevoked()) {
      ledger.revoke(grant, 'account_erased', now, { ...(actor && { actor }) })
    }
    ledger.grants.forgetBrowsers()
  })
  return ledger.outbox.waiting() === null
}
