import { Hono } from 'hono'
import { findActivity } from '../../apps/activity-store.ts'
import { listRefusalCounts } from '../../apps/refusal-counts-store.ts'
import { findFix } from '../../apps/refusal-fixes.ts'
import { listTokenErrors } from '../../apps/token-errors-store.ts'
import { epochDay, fillDays } from '../../apps/usage.ts'
import { listUsage } from '../../apps/usage-store.ts'
import { findSentence } from '../../errors.ts'
import { currentTime } from '../../lib/clock.ts'
import type { PageEnv } from '../kit/visitor.ts'
import { appOverviewPage } from './app-overview.tsx'
import { requireAppPage } from './app-page.ts'
import { quickStart } from './quick-start.ts'

const CHART_DAYS = 30
const ERRORS_SHOWN = 20

export const overviewPages = new Hono<PageEnv>()

overviewPages.get('/developer/apps/:client_id', async (c) => {
  const { app, frame } = await requireAppPage(c, 'see')
  const { issuer } = c.get('config')
  const today = epochDay(currentTime())
  const [activityOf, counts, errors, refusals] = await Promise.all([
    findActivity(c.env.DB, [app.clientId]),
    listUsage(c.env.DB, app.clientId, today - CHART_DAYS + 1, today),
    listTokenErrors(c.env.DB, app.clientId, ERRORS_SHOWN),
    listRefusalCounts(c.env.DB, app.clientId),
  ])
  const { openidClient, curl, authorizeUrl } = quickStart(app, issuer)
  return appOverviewPage(c, {
    ...frame,
    issuer,
    activity: activityOf(app.clientId),
    days: fillDays(counts, today, CHART_DAYS),
    errors: errors.map((error) => ({ ...error, ...explain(error.reason) })),
    refusals: refusals.slice(0, ERRORS_SHOWN).map((refusal) => ({ ...refusal, ...explain(refusal.reason) })),
    snippets: [
      { title: 'openid-client, for Node and other runtimes', text: openidClient },
      { title: 'curl', text: curl },
      { title: 'The authorize URL', text: authorizeUrl },
    ],
  })
})

function explain(reason: string) {
  return { description: findSentence(reason), fix: findFix(reason) }
}
