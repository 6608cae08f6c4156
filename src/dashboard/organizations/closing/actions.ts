import { type AppInUse, deleteAppsOfStatements, listAppsInUse } from '../../../apps/end-apps-store.ts'
import { auditIfChangedStatement } from '../../../audit/audit-store.ts'
import { newAuditEvent } from '../../../audit/events.ts'
import { ApiError } from '../../../errors.ts'
import { currentTime, type EpochSeconds } from '../../../lib/clock.ts'
import { batch } from '../../../lib/d1.ts'
import {
  type ClosingCounts,
  closeOrganizationStatement,
  countClosing,
  emptyOrganizationStatements,
  runsTheService,
} from '../../../organizations/close-organization-store.ts'
import { insertEndingJobStatement } from '../../../revocation/ending-jobs-store.ts'
import { countRemovalStatement } from '../../../revocation/removals-store.ts'
import { endStatusesStatements } from '../../../revocation/token-statuses-store.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { checkAct } from '../../kit/acts.ts'
import { startJobs } from '../../kit/cut-off.ts'
import { getOrganization, type OwnOrganization, requirePermission } from '../actions.ts'

/** For owners; a personal organization ends with its account, and those that run the service stay. */
export async function requireClosable(context: ActionContext, organizationId: string): Promise<OwnOrganization> {
  requirePermission(context, organizationId, 'close-organization')
  const own = await getOrganization(context, organizationId)
  if (own.organization.personal) throw new ApiError('conflict', 'A personal organization ends with its account.')
  if (await runsTheService(context.env.DB, organizationId)) {
    throw new ApiError('conflict', 'This organization runs the service: its apps are needed by everybody.')
  }
  return own
}

/** What follows when an organization is closed, said before. */
export interface ClosingConsequences extends ClosingCounts {
  ownApps: readonly AppInUse[]
}

export async function foreseeClosing({ env }: ActionContext, organizationId: string): Promise<ClosingConsequences> {
  const [counts, ownApps] = await Promise.all([
    countClosing(env.DB, organizationId, currentTime()),
    listAppsInUse(env.DB, organizationId),
  ])
  return { ...counts, ownApps }
}

/**
 * Ends everything that an organization gave, in one batch: its apps stop for everybody, and grants that name it lose
 * it. A job finishes behind it.
 */
export async function closeOrganization(context: ActionContext, organizationId: string): Promise<void> {
  const { env, caller } = context
  await requireClosable(context, organizationId)
  checkAct(caller, 'closeOrganization')
  const closing = { organizationId, actor: caller.accountId, ownerId: caller.accountId }
  const [closed] = await batch(env.DB, closingStatements(env.DB, closing, currentTime()))
  if (!closed?.meta.changes) throw new ApiError('conflict', 'It is closed already, or you are no owner of it any more.')
  await startJobs(context)
}

interface Closing {
  organizationId: string
  actor: string
  /** Only while this person is an owner. */
  ownerId: string | null
}

export function closingStatements(
  db: D1Database,
  { organizationId, actor, ownerId }: Closing,
  now: EpochSeconds,
): D1PreparedStatement[] {
  const event = newAuditEvent({ event: 'organization.closed', at: now, actor, organizationId })
  return [
    closeOrganizationStatement(db, { organizationId, ownerId }, now),
    auditIfChangedStatement(db, event),
    countRemovalStatement(db),
    ...closedStatements(db, { organizationId, cause: 'organization.closed', requestedBy: actor }, now),
  ]
}

/** For the place after whatever closed it: what follows. `accountId`: the person whose personal one it was. */
export function closedStatements(
  db: D1Database,
  closed: { organizationId: string; accountId?: string; cause: string; requestedBy: string },
  now: EpochSeconds,
): D1PreparedStatement[] {
  const { organizationId } = closed
  return [
    ...endStatusesStatements(db, { ownerId: organizationId }, now),
    ...endStatusesStatements(db, { organizationId }, now),
    ...deleteAppsOfStatements(db, organizationId, now),
    ...emptyOrganizationStatements(db, organizationId, now),
    insertEndingJobStatement(db, closed, now),
  ]
}
