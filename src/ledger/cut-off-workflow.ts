import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers'
import type { Bindings } from '../env.ts'
import { takeJobStep } from './job-step.ts'

/** Cloudflare allows 1,024 steps an instance; what is left then is woken like any job without progress. */
const MAX_STEPS = 1000
/** Each step makes its ledgers write to D1 and KV, which others need as well: nobody waits for the clean-up. */
const PAUSE = '1 second'
const RETRIES = { retries: { limit: 10, delay: '2 seconds', backoff: 'exponential' }, timeout: '1 minute' } as const

/** Cleans up behind a decision that already holds. The job's row and cursor in D1 say where it stands. */
export class CutOffWorkflow extends WorkflowEntrypoint<Bindings, { jobId: string }> {
  override async run({ payload }: WorkflowEvent<{ jobId: string }>, step: WorkflowStep): Promise<void> {
    for (let count = 1; count <= MAX_STEPS; count++) {
      const { finished } = await step.do(`step ${count}`, RETRIES, () => takeJobStep(this.env, payload.jobId))
      if (finished) return
      await step.sleep(`pause ${count}`, PAUSE)
    }
  }
}
