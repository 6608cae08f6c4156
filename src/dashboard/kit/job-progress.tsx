import type { CutOffJob } from '../../revocation/cut-off-jobs-store.ts'

/** How far the clean-up behind a decision has come, as a bar and in words. */
export function JobProgress({ job }: { job: CutOffJob }) {
  const max = Math.max(job.total, 1)
  const grants = `${job.total} grant${job.total === 1 ? '' : 's'}`
  return (
    <label class="job">
      <progress max={max} value={job.finishedAt ? max : Math.min(job.done, max)} />
      <span class="detail">{job.finishedAt ? `finished, ${grants}` : `${job.done} of ${grants}`}</span>
    </label>
  )
}
