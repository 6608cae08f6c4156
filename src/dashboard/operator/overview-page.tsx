import { Hono } from 'hono'
import { findOrganizations } from '../../organizations/organizations-store.ts'
import { type CutOffJob, listAllCutOffJobs } from '../../revocation/cut-off-jobs-store.ts'
import { htmlPage } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import { actionContext } from '../kit/action-context.ts'
import { SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { JobProgress } from '../kit/job-progress.tsx'
import { readHealth } from './actions.ts'
import { OperatorFrame } from './frame.tsx'
import type { Overview } from './health-store.ts'

interface OverviewView {
  health: Overview & { databaseMs: number; viewsMs: number | null }
  jobs: readonly CutOffJob[]
  names: ReadonlyMap<string, string>
}

const JOBS_SHOWN = 50

export const overviewPage = new Hono<PageEnv>()

overviewPage.get(SITE.operator.overview, async (c) => {
  const [health, jobs] = await Promise.all([readHealth(actionContext(c)), listAllCutOffJobs(c.env.DB, JOBS_SHOWN)])
  const ids = [...new Set(jobs.map(({ organizationId }) => organizationId))]
  const names = new Map((await findOrganizations(c.env.DB, ids)).map(({ id, name }) => [id, name]))
  return htmlPage(c, <OperatorOverview health={health} jobs={jobs} names={names} />)
})

function OperatorOverview({ health, jobs, names }: OverviewView) {
  return (
    <OperatorFrame tab="overview">
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
