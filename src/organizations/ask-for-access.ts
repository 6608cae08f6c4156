import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent, newRepeatableEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf, rowsOf } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import type { AccessRequest } from './access-request.ts'
import { declineRequestStatement, putRequestStatement, putRow } from './access-requests-store.ts'
import type { ActingIn } from './acting-in.ts'

/** `again`: it was open already and has the new reason; nobody needs another mail. */
export type Asked = 'new' | 'again' | 'too_many'

export async function putRequest(
  { db, organizationId, actor }: ActingIn,
  { clientId, reason }: { clientId: string; reason: string },
  now: EpochSeconds,
): Promise<Asked> {
  const id = randomId('req')
  const request = { id, organizationId, clientId, accountId: actor, reason, createdAt: now }
  const event = newRepeatableEvent({
    event: 'access.requested',
    at: now,
    actor,
    organizationId,
    clientId,
    accountId: actor,
    reason,
  })
  const [put] = await batch(db, [putRequestStatement(db, request), auditIfChangedStatement(db, event)])
  const [written] = rowsOf(putRow, put)
  if (!written) return 'too_many'
  return written.id === id ? 'new' : 'again'
}

/** False: somebody decided meanwhile. Approval is a decision about the app, and has its own way. */
export async function declineRequest(
  { db, organizationId, actor }: ActingIn,
  { id, clientId, accountId }: AccessRequest,
  note: string | null,
  now: EpochSeconds,
): Promise<boolean> {
  const event = newAuditEvent({
    event: 'access.declined',
    at: now,
    actor,
    organizationId,
    clientId,
    accountId,
    ...(note && { reason: note }),
  })
  const declined = declineRequestStatement(db, id, { note, decidedBy: actor, decidedAt: now })
  const [changed] = await batch(db, [declined, auditIfChangedStatement(db, event)])
  return changesOf(changed) > 0
}
