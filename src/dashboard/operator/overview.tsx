import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import type { CutOffJob } from '../../revocation/cut-off-jobs-store.ts'
import { htmlPage } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import { JobProgress } from '../kit/job-progress.tsx'
import { OperatorFrame, type OperatorPart } from './frame.tsx'
import type { Overview } from './health-store.ts'

interface OverviewView {
  part: OperatorPart
  health: Overview & { databaseMs: number; viewsMs: number | null }
  jobs: readonly CutOffJob[]
  names: ReadonlyMap<string, string>
}

export function operatorPage(c: Pick<Context<AppEnv>, 'html'>, view: OverviewView) {
  return htmlPage(c, <OperatorOverview {...view} />)
}

function OperatorOverview({ part, health, jobs, names }: OverviewView) {
  return (
    <OperatorFrame part={part} tab="overview">
      <h2>How it is</h2>
      <dl class="facts">
        <dt>Apps</dt>
        <dd>{health.apps}</dd>
        <dt>Organizations</dt>
        <dd>{health.organizations}</dd>
        <dt>Accounts</dt>
        <dd>{health.accounts}</dd>
        <dt>Living grants</dt>
        <dd>{health.grants}</dd>
        <dt>Database (D1)</dt>
        <dd>{`answered in ${health.databaseMs} ms`}</dd>
        <dt>Views (KV)</dt>
        <dd>{health.viewsMs === null ? 'did not answer' : `answered in ${health.viewsMs} ms`}</dd>
        <dt>Last scheduled run</dt>
        <dd>
          <Time at={health.scheduledAt} exact />
        </dd>
      </dl>
      <h2>Clean-up behind decisions</h2>
      {jobs.length === 0 && <p class="detail">None yet.</p>}
      <ul class="rows">
        {jobs.map((job) => (
          <li>
            <div>
              <strong>{names.get(job.organizationId) ?? job.organizationId}</strong> <code>{job.cause}</code>
              <span class="detail">
                <Time at={job.createdAt} exact />
              </span>
            </div>
            <JobProgress job={job} />
          </li>
        ))}
      </ul>
    </OperatorFrame>
  )
}
