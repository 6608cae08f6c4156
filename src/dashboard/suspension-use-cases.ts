import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import { ApiError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { KINDS, type Suspendable, suspendStatement } from '../revocation/suspensions-store.ts'
import { endStatusesStatements } from '../revocation/token-statuses-store.ts'
import type { Asker } from './app-use-cases.ts'

/**
 * Stops it everywhere, or lets it go on: at the next request, because every token request, introspection and session
 * reads it; and for verifiers of status lists, by ending the generations concerned in the same batch.
 */
export async function setSuspension(
  { env, caller }: Asker,
  kind: Suspendable,
  id: string,
  suspension: { reason: string } | null,
): Promise<void> {
  if (suspension && kind === 'accounts' && id === caller.accountId) {
    throw new ApiError('conflict', 'You cannot suspend yourself: another operator can.')
  }
  const now = currentTime()
  const { suspended, resumed, ending } = KINDS[kind]
  const event = newAuditEvent({
    event: suspension ? suspended : resumed,
    at: now,
    actor: caller.accountId,
    ...ending(id),
    ...(suspension && { reason: suspension.reason }),
  })
  const [changed] = await reach('D1', () =>
    env.DB.batch([
      suspendStatement(env.DB, kind, id, suspension ? now : null),
      auditIfChangedStatement(env.DB, event),
      ...(suspension ? endStatusesStatements(env.DB, ending(id), now) : []),
    ]),
  )
  if (changed?.meta.changes) return
  throw new ApiError('conflict', suspension ? 'It is suspended already, or not there.' : 'It is not suspended.')
}
