import type { CutOffJob } from '../../../revocation/cut-off-jobs-store.ts'
import { Time } from '../../../ui/time.tsx'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { JobProgress } from '../../kit/job-progress.tsx'
import type { OwnOrganization } from '../actions.ts'

const CAUSES: Record<string, string> = {
  'app.blocked': 'was blocked',
  'app.approved': 'was limited',
  'decision.withdrawn': 'has no approval any more',
  'approval.ended': 'had an approval that ended',
  'policy.changed': 'is kept out by the policy',
  'app.updated': 'is private now',
  'publisher.lost': 'has no verified publisher any more',
  'member.removed': 'A person was removed',
  'member.left': 'A person left',
}

interface JobsProps {
  own: OwnOrganization
  jobs: readonly CutOffJob[]
  /** By client_id. */
  appNames: ReadonlyMap<string, string>
}

/** The jobs that tidy up behind decisions. */
export function Jobs({ own, jobs, appNames }: JobsProps) {
  return (
    <section>
      <h2>Clean-up</h2>
      <p class="detail">Access ended when each of these began. What is left of the grants is tidied up behind it.</p>
      <ul class="rows">
        {jobs.map((job) => (
          <li>
            <div>
              {job.clientId && <strong>{appNames.get(job.clientId) ?? 'An app'}</strong>}{' '}
              {CAUSES[job.cause] ?? job.cause}
              <span class="detail">
                <Time at={job.createdAt} exact />
              </span>
            </div>
            <JobProgress job={job} />
          </li>
        ))}
      </ul>
      {jobs.some(({ finishedAt }) => finishedAt === null) && (
        <p>
          <a href={pathTo(SITE.organization.policy, own.organization.slug)}>Refresh</a>
        </p>
      )}
    </section>
  )
}
