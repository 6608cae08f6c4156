import { z } from '@hono/zod-openapi'
import { REQUEST_STATES } from '../../../organizations/access-request.ts'
import { listOf, pageQuery } from '../../kit/pagination.ts'
import { approvalLimits, note, refuseLimits } from '../schemas.ts'

const MAX_REASON_LENGTH = 500

const state = z.enum(REQUEST_STATES).openapi({ description: 'What became of it.', example: 'open' })
const clientId = z.string().max(100).openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' })
const reason = z
  .string()
  .trim()
  .min(1, 'Say what you need the app for.')
  .max(MAX_REASON_LENGTH, `At most ${MAX_REASON_LENGTH} characters.`)
  .openapi({ description: 'What the person needs the app for.', example: 'Our release notes are written with it.' })

export const accessRequestBody = z
  .object({
    id: z.string().openapi({ description: 'The request.', example: 'req_2b1Qv0aXcD8fGhJkLmNp' }),
    client_id: clientId,
    account_id: z.string().openapi({ description: 'Who asks.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
    email: z.string().openapi({ description: 'Their address.', example: 'ada@example.com' }),
    reason,
    state,
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    note: note.openapi({ description: 'Of whoever decided, for whoever asked.', example: null }),
    decided_by: z.string().nullable().openapi({ description: 'The account that decided.', example: null }),
    decided_at: z.int().nullable().openapi({ description: 'Epoch seconds; null: while it is open.', example: null }),
  })
  .openapi('AccessRequest', { description: 'A member asks that the organization let an app in.' })
export const accessRequestList = listOf(accessRequestBody).openapi('AccessRequestList', {
  description: 'The newest first.',
})

export const accessRequestQuery = z.object({ ...pageQuery, state: state.optional() })

/** Only a form: an app that could ask for itself would. */
export const newAccessRequest = z.strictObject({ client_id: clientId, reason })

export const accessRequestDecision = z
  .strictObject({
    decision: z.enum(['approved', 'declined']).openapi({
      description:
        '`approved` approves the app for everybody in the organization; `declined` decides nothing about it.',
      example: 'declined',
    }),
    ...approvalLimits,
    note: note.default(null).openapi({ description: 'For whoever asked.', example: 'Use the one that we have.' }),
  })
  .superRefine(refuseLimits)
  .openapi('AccessRequestDecision', { description: 'The answer. Whoever asked is told by e-mail.' })
