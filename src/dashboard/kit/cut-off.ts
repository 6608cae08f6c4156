import { findApp } from '../../apps/apps-store.ts'
import { startWaitingJobs } from '../../ledger/job-step.ts'
import type { EpochSeconds } from '../../lib/clock.ts'
import { StorageUnavailable } from '../../lib/storage.ts'
import type { Consequences } from '../../organizations/change-organization.ts'
import type { AppDecision } from '../../organizations/decision.ts'
import { findDecision } from '../../organizations/decisions-store.ts'
import { endApprovalsStatements } from '../../organizations/ended-approvals.ts'
import { type AppPolicy, ceilingOf, lostScopes } from '../../organizations/policy.ts'
import { getPolicy } from '../../organizations/policy-store.ts'
import { insertPersonJobStatement } from '../../revocation/cut-off-jobs-store.ts'
import { type CutOffCause, cutOffStatements } from '../../revocation/cut-offs-store.ts'
import { endStatusesStatements } from '../../revocation/token-statuses-store.ts'
import type { ActionContext } from './action-context.ts'

type NewDecision = AppDecision | { clientId: string; decision: 'withdrawn' }

const EVENTS = { approved: 'app.approved', blocked: 'app.blocked', withdrawn: 'decision.withdrawn' } as const

/** A refused app loses the organization; one that stays loses the scopes that it may not have any more. */
export async function endOfDecision(
  { env: { DB }, caller }: ActionContext,
  organizationId: string,
  next: NewDecision,
  now: EpochSeconds,
): Promise<Consequences> {
  const { clientId } = next
  const [app, policy, former] = await Promise.all([
    findApp(DB, clientId),
    getPolicy(DB, organizationId),
    findDecision(DB, organizationId, clientId),
  ])
  const after = ceilingOf(policy, next.decision === 'withdrawn' ? undefined : next)
  const scopes = lostScopes([...(app?.scopes ?? []), ...(app?.optionalScopes ?? [])], ceilingOf(policy, former), after)
  const cause = { organizationId, clientId, event: EVENTS[next.decision], actor: caller.accountId }
  return around(DB, cause, endStatusesStatements(DB, { organizationId, clientId, scopes }, now), now)
}

/** Apps that the new policy refuses, and scopes above the new ceiling, where no approval says otherwise. */
export function endOfPolicy(
  { env: { DB }, caller }: ActionContext,
  organizationId: string,
  { former, next, scopes }: { former: AppPolicy; next: AppPolicy; scopes: readonly string[] },
  now: EpochSeconds,
): Consequences {
  const lost = lostScopes(scopes, former.scopeCeiling, next.scopeCeiling)
  const cause = { organizationId, event: 'policy.changed' as const, actor: caller.accountId }
  const ending = { organizationId, scopes: lost, only: 'unapproved' as const }
  return around(DB, cause, endStatusesStatements(DB, ending, now), now)
}

/** What the person gave reaches the organization no more, at once; their other organizations stay. */
export function endOfMembership(
  { env: { DB }, caller }: ActionContext,
  organizationId: string,
  accountId: string,
  now: EpochSeconds,
): Consequences {
  const cause = accountId === caller.accountId ? 'member.left' : 'member.removed'
  const job = { organizationId, accountId, cause, requestedBy: caller.accountId }
  return {
    before: [],
    after: [
      insertPersonJobStatement(DB, job, now),
      ...endStatusesStatements(DB, { accountId, organizationId, only: 'formerMember' }, now),
    ],
  }
}

function around(
  db: D1Database,
  cause: CutOffCause,
  ends: readonly D1PreparedStatement[],
  now: EpochSeconds,
): Consequences {
  const before = [...endApprovalsStatements(db, now), ...cutOffStatements(db, cause, now)]
  return { before, after: [...cutOffStatements(db, cause, now), ...ends] }
}

/** The decision holds without its jobs; one that cannot be started now is found by the scheduled handler. */
export async function startJobs({ env }: ActionContext): Promise<void> {
  try {
    await startWaitingJobs(env)
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error
    console.error(`a cut-off waits for the schedule: ${error.message}`)
  }
}
