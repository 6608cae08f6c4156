import { z } from '@hono/zod-openapi'
import { toSnakeKeys } from '../../lib/case.ts'
import { type CutOffJob, ENDS } from '../../revocation/cut-off-jobs-store.ts'
import { listOf } from './pagination.ts'

export const cutOffJobBody = z
  .object({
    id: z.string().openapi({ description: 'Names the job.', example: 'job_2b1Qv0aXcD8fGhJkLmNp_1' }),
    ends: z.enum(ENDS).openapi({
      description:
        '`access`: of an app or a person to the organization; `organization`: it was closed; `account`: the person was ' +
        'erased, and the organization is their personal one.',
      example: 'access',
    }),
    client_id: z
      .string()
      .nullable()
      .openapi({ description: 'The app that was cut off; null: none in particular.', example: 'app_7Hd0sZk3' }),
    account_id: z.string().nullable().openapi({
      description: 'The person whose membership or account ended; null: nobody in particular.',
      example: null,
    }),
    cause: z.string().openapi({ description: 'The audit event that asked for it.', example: 'app.blocked' }),
    requested_by: z.string().nullable().openapi({
      description: 'The account; null: nobody, a time limit passed or a publisher lost its mark.',
      example: 'acc_2b1Qv0aXcD8fGhJkLmNp',
    }),
    total: z.int().openapi({ description: 'Grants to clean up.', example: 10_000 }),
    done: z.int().openapi({ description: 'Grants cleaned up so far.', example: 4200 }),
    created_at: z.int().openapi({ description: 'Epoch seconds. The access ended then.', example: 1_790_000_000 }),
    finished_at: z.int().nullable().openapi({ description: 'Epoch seconds; null: it runs.', example: null }),
  })
  .openapi('CutOffJob', { description: 'The clean-up behind a decision that already holds.' })
export const cutOffJobList = listOf(cutOffJobBody).openapi('CutOffJobList', { description: 'The newest first.' })

export function toJobBody(job: CutOffJob) {
  return toSnakeKeys(cutOffJobBody, job)
}
