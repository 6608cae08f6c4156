import { deleteSessionsOfAccountStatement } from '../../accounts/sessions-store.ts'
import { auditIfChangedStatement } from '../../audit/audit-store.ts'
import { newAuditEvent } from '../../audit/events.ts'
import { ApiError } from '../../errors.ts'
import { currentTime } from '../../lib/clock.ts'
import { batch, changesOf } from '../../lib/d1.ts'
import { countRemovalStatement } from '../../revocation/removals-store.ts'
import { KINDS, resumeStatement, type Suspendable, suspendStatement } from '../../revocation/suspensions-store.ts'
import { endStatusesStatements } from '../../revocation/token-statuses-store.ts'
import type { ActionContext } from '../kit/action-context.ts'

/**
 * Stops it everywhere: at the next request, because every token request, introspection and session reads it; and for
 * verifiers of status lists, by ending the generations concerned in the same batch. An account is signed out for good.
 */
export async function suspend(
  { env, caller }: ActionContext,
  kind: Suspendable,
  id: string,
  { reason }: { reason: string },
): Promise<void> {
  if (kind === 'accounts' && id === caller.accountId) {
    throw new ApiError('conflict', 'You cannot suspend yourself: another operator can.')
  }
  const now = currentTime()
  const { suspended, ending } = KINDS[kind]
  const event = newAuditEvent({ event: suspended, at: now, actor: caller.accountId, ...ending(id), reason })
  const changed = await write(env.DB, kind, id, [
    suspendStatement(env.DB, kind, id, now),
    auditIfChangedStatement(env.DB, event),
    countRemovalStatement(env.DB),
    ...endStatusesStatements(env.DB, ending(id), now),
  ])
  if (!changed) throw new ApiError('conflict', 'It is suspended already, or not there.')
}

/** Lets it go on. What was given before counts again only if somebody says so. */
export async function resume(
  { env, caller }: ActionContext,
  kind: Suspendable,
  id: string,
  { keepGrants }: { keepGrants: boolean },
): Promise<void> {
  const { resumed, ending } = KINDS[kind]
  const reason = keepGrants ? 'grants from before count again' : 'grants from before count no more'
  const now = currentTime()
  const event = newAuditEvent({ event: resumed, at: now, actor: caller.accountId, ...ending(id), reason })
  const changed = await write(env.DB, kind, id, [
    resumeStatement(env.DB, kind, id, { keepGrants }),
    auditIfChangedStatement(env.DB, event),
  ])
  if (!changed) throw new ApiError('conflict', 'It is not suspended.')
}

/** No session outlives a suspension, also not one that began in the moment of it. */
async function write(
  db: D1Database,
  kind: Suspendable,
  id: string,
  statements: readonly D1PreparedStatement[],
): Promise<boolean> {
  const signOut = kind === 'accounts' ? [deleteSessionsOfAccountStatement(db, id)] : []
  const [changed] = await batch(db, [...statements, ...signOut])
  return changesOf(changed) > 0
}
