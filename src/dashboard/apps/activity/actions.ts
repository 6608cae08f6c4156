import { type AppActivity, findActivity } from '../../../apps/activity-store.ts'
import type { App } from '../../../apps/app.ts'
import { listRefusalCounts, type RefusalCount } from '../../../apps/refusal-counts-store.ts'
import { findFix } from '../../../apps/refusal-fixes.ts'
import * as tokenErrors from '../../../apps/token-errors-store.ts'
import { type EpochDay, epochDay, type UsageCount } from '../../../apps/usage.ts'
import { listUsage } from '../../../apps/usage-store.ts'
import { findSentence } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import type { ActionContext } from '../../kit/action-context.ts'

interface Usage extends AppActivity {
  /** Oldest day first; a day without tokens has no count. */
  counts: readonly UsageCount[]
  today: EpochDay
}

/** The tokens of so many days, up to and with today, and who is connected now. */
export async function getUsage({ env }: ActionContext, { clientId }: App, days: number): Promise<Usage> {
  const today = epochDay(currentTime())
  const [counts, activityOf] = await Promise.all([
    listUsage(env.DB, clientId, today - days + 1, today),
    findActivity(env.DB, [clientId]),
  ])
  return { counts, today, ...activityOf(clientId) }
}

interface Explanation {
  /** The rule that was broken, in words. */
  description: string
  /** What to do about it. */
  fix: string
}
export type ExplainedError = tokenErrors.TokenError & Explanation
export type ExplainedRefusal = RefusalCount & Explanation

interface Refused {
  /** Requests of the app itself. */
  errors: readonly ExplainedError[]
  /** Counts of requests that anybody may have sent. */
  refusals: readonly ExplainedRefusal[]
}

/** What was refused in the app's name, newest first: at most so many single errors, and every count. */
export async function listTokenErrors({ env }: ActionContext, { clientId }: App, limit: number): Promise<Refused> {
  const [errors, refusals] = await Promise.all([
    tokenErrors.listTokenErrors(env.DB, clientId, limit),
    listRefusalCounts(env.DB, clientId),
  ])
  return { errors: errors.map(explained), refusals: refusals.map(explained) }
}

function explained<Counted extends { reason: string }>(refusal: Counted): Counted & Explanation {
  return { ...refusal, description: findSentence(refusal.reason), fix: findFix(refusal.reason) }
}
