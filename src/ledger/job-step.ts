import { listAccountScopes } from '../catalog/catalog-store.ts'
import type { Bindings } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { callStore } from '../lib/storage.ts'
import {
  advanceJob,
  type CutOffGrant,
  type CutOffJob,
  claimWaitingJobs,
  findCutOffJob,
  finishJob,
  listNextGrants,
} from '../revocation/cut-off-jobs-store.ts'
import { takeEndingStep } from './ending-step.ts'
import { callLedger } from './ledger-stub.ts'

/** One step of the Workflow: well within a Worker's limit of calls to other services. */
const GRANTS_A_STEP = 200
/** Ledgers that are called at the same time. */
const AT_ONCE = 10

/**
 * The next grants of a job, each told to its ledger, then the cursor. Finished or overtaken by another run: true.
 * Who dies in the middle leaves the cursor where it was, and the same grants are told again.
 */
export async function takeJobStep(env: Bindings, jobId: string): Promise<{ finished: boolean }> {
  const job = await findCutOffJob(env.DB, jobId)
  if (!job || job.finishedAt !== null) return { finished: true }
  if (job.ends !== 'access') return takeEndingStep(env, job, GRANTS_A_STEP)
  const nextGrants = await listNextGrants(env.DB, job, GRANTS_A_STEP)
  const last = nextGrants.at(-1)
  if (!last) {
    await finishJob(env.DB, job.id, currentTime())
    return { finished: true }
  }
  await tellLedgers(env, job, nextGrants)
  const advanced = await advanceJob(env.DB, job, { cursor: last.statusId, looked: nextGrants.length }, currentTime())
  return { finished: !advanced }
}

async function tellLedgers(env: Bindings, job: CutOffJob, nextGrants: readonly CutOffGrant[]): Promise<void> {
  const accountScopes = await listAccountScopes(env.DB)
  const byAccount = [...Map.groupBy(nextGrants, ({ accountId }) => accountId)]
  const cut = {
    organizationId: job.organizationId,
    accountScopes,
    cause: job.cause,
    actor: job.requestedBy,
  }
  for (let i = 0; i < byAccount.length; i += AT_ONCE) {
    await Promise.all(
      byAccount.slice(i, i + AT_ONCE).map(([accountId, grants]) => {
        const grantIds = grants.map(({ grantId }) => grantId)
        return callLedger(env, accountId, async (ledger) => ledger.cutOff({ ...cut, grantIds }))
      }),
    )
  }
}

/**
 * Starts what waits: new jobs, and those without progress for a minute. A Workflow that slept while workerd was
 * restarted does not wake by itself, so each waking is an instance of its own, which goes on from the cursor.
 */
export async function startWaitingJobs(env: Bindings): Promise<void> {
  const jobs = await claimWaitingJobs(env.DB, currentTime())
  const instances = jobs.map(({ id, instance }) => ({ id: `${id}-${instance}`, params: { jobId: id } }))
  await callStore('Workflows', () => Promise.all(instances.map((instance) => env.CUT_OFF.create(instance))))
}
