import type { AppActivity } from '../../apps/activity-store.ts'
import type { App } from '../../apps/app.ts'
import type { DayUsage } from '../../apps/usage.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import { AppErrors, type ExplainedError, type ExplainedRefusal } from './activity/app-errors.tsx'
import { UsageChart } from './activity/usage-chart.tsx'
import { AppFrame, type AppFrameView } from './frame.tsx'

export interface Snippet {
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

export function appOverviewPage(c: PageContext, view: AppOverviewView) {
  return htmlPage(c, <AppOverview {...view} />)
}

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
    <form method="post" action={`/developer/try/${app.clientId}`} class="inline">
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
