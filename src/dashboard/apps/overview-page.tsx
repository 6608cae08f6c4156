import { Hono } from 'hono'
import type { AppActivity } from '../../apps/activity-store.ts'
import type { App } from '../../apps/app.ts'
import { type DayUsage, fillDays } from '../../apps/usage.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import { type ExplainedError, type ExplainedRefusal, getUsage, listTokenErrors } from './activity/actions.ts'
import { AppErrors } from './activity/app-errors.tsx'
import { UsageChart } from './activity/usage-chart.tsx'
import { AppFrame, type AppFrameView } from './frame.tsx'
import { quickStart } from './quick-start.ts'
import type { AppPageEnv } from './require-app-page.ts'

interface Snippet {
  title: string
  text: string
}

interface AppOverviewView extends AppFrameView {
  activity: AppActivity
  days: readonly DayUsage[]
  errors: readonly ExplainedError[]
  refusals: readonly ExplainedRefusal[]
  snippets: readonly Snippet[]
  issuer: string
}

const CHART_DAYS = 30
const ERRORS_SHOWN = 20

export const overviewPage = new Hono<AppPageEnv>()

overviewPage.get(SITE.app.overview, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  const { issuer } = c.get('config')
  const [usage, { errors, refusals }] = await Promise.all([
    getUsage(actionContext(c), app, CHART_DAYS),
    listTokenErrors(actionContext(c), app, ERRORS_SHOWN),
  ])
  const { openidClient, curl, authorizeUrl } = quickStart(app, issuer)
  const view = {
    ...frame,
    issuer,
    activity: usage,
    days: fillDays(usage.counts, usage.today, CHART_DAYS),
    errors,
    refusals: refusals.slice(0, ERRORS_SHOWN),
    snippets: [
      { title: 'openid-client, for Node and other runtimes', text: openidClient },
      { title: 'curl', text: curl },
      { title: 'The authorize URL', text: authorizeUrl },
    ],
  }
  return htmlPage(c, <AppOverview {...view} />)
})

function AppOverview({ activity, days, errors, refusals, snippets, issuer, ...frame }: AppOverviewView) {
  const { app } = frame
  return (
    <AppFrame {...frame} tab="overview">
      <Facts app={app} issuer={issuer} activity={activity} />
      {frame.mayManage && <TryIt app={app} />}
      <section>
        <h2>Activity</h2>
        <UsageChart days={days} />
      </section>
      <section>
        <h2>Quick start</h2>
        {snippets.map(({ title, text }, index) => (
          <details open={index === 0}>
            <summary>{title}</summary>
            <pre class="snippet" data-copy={title} tabindex={0}>
              {text}
            </pre>
          </details>
        ))}
      </section>
      <AppErrors errors={errors} refusals={refusals} />
    </AppFrame>
  )
}

function Facts({ app, issuer, activity }: { app: App; issuer: string; activity: AppActivity }) {
  const { connectedAccounts, lastUsedAt } = activity
  return (
    <dl class="facts">
      <dt>client_id</dt>
      <dd>
        <code data-copy="client_id">{app.clientId}</code>
      </dd>
      <dt>Issuer</dt>
      <dd>
        <code data-copy="the issuer">{issuer}</code>
      </dd>
      <dt>Connected by</dt>
      <dd>{connectedAccounts === 1 ? '1 person' : `${connectedAccounts} people`}</dd>
      <dt>Last used</dt>
      <dd>
        <Time at={lastUsedAt} exact />
      </dd>
    </dl>
  )
}

function TryIt({ app }: { app: App }) {
  return (
    <form method="post" action={pathTo(SITE.app.try, app.clientId)} class="inline">
      <FormToken once />
      <button type="submit" class="primary">
        Try it
      </button>
      <p class="detail">
        Runs the app's own authorization, with the consent page exactly as people will see it. What you grant is revoked
        at the end.
      </p>
    </form>
  )
}
