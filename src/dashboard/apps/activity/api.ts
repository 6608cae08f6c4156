import { findActivity } from '../../../apps/activity-store.ts'
import { listRefusalCounts } from '../../../apps/refusal-counts-store.ts'
import { findFix } from '../../../apps/refusal-fixes.ts'
import { listTokenErrors } from '../../../apps/token-errors-store.ts'
import { epochDay, isoDate } from '../../../apps/usage.ts'
import { listUsage } from '../../../apps/usage-store.ts'
import { findSentence } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import { requireApp } from '../../kit/access.ts'
import { newApi } from '../../kit/route.ts'
import { tokenErrorsRoute } from './token-error-routes.ts'
import { usageRoute } from './usage-routes.ts'

/** More than an app can have: fifty of each reason. */
const MAX_LISTED = 5000

/** What an app has been doing, for its developers. */
export const activity = newApi()

activity.openapi(usageRoute, async (c) => {
  const { clientId } = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
  const today = epochDay(currentTime())
  const [counts, activityOf] = await Promise.all([
    listUsage(c.env.DB, clientId, today - c.req.valid('query').days + 1, today),
    findActivity(c.env.DB, [clientId]),
  ])
  const items = counts.map(({ day, grantType, tokens }) => ({ day: isoDate(day), grant_type: grantType, tokens }))
  return c.json({ items, next_cursor: null, connected_accounts: activityOf(clientId).connectedAccounts }, 200)
})

activity.openapi(tokenErrorsRoute, async (c) => {
  const { clientId } = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
  const [errors, counts] = await Promise.all([
    listTokenErrors(c.env.DB, clientId, MAX_LISTED),
    listRefusalCounts(c.env.DB, clientId),
  ])
  const items = errors.map(({ at, grantType, error, reason }) => ({ at, grant_type: grantType, error, ...say(reason) }))
  const counted = counts.map(({ day, endpoint, error, reason, count, lastAt }) => ({
    day: isoDate(day),
    endpoint,
    error,
    ...say(reason),
    count,
    last_at: lastAt,
  }))
  return c.json({ items, next_cursor: null, counted }, 200)
})

function say(reason: string) {
  return { reason, description: findSentence(reason), fix: findFix(reason) }
}
