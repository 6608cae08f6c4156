import { z } from '@hono/zod-openapi'
import { REFUSING_ENDPOINTS } from '../../../apps/refusal-counts-store.ts'
import { listOf } from '../../kit/pagination.ts'

const DEFAULT_DAYS = 30
/** As long as counts are kept. */
const MAX_DAYS = 396

export const usageQuery = z.object({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_DAYS)
    .default(DEFAULT_DAYS)
    .openapi({ description: 'How many days, up to and with today.', example: 30 }),
})

const usageCount = z
  .object({
    day: z.iso.date().openapi({ description: 'The day in UTC.', example: '2026-11-24' }),
    grant_type: z.string().openapi({ description: 'How the tokens were obtained.', example: 'refresh_token' }),
    tokens: z.int().openapi({ description: 'Access tokens issued.', example: 1204 }),
  })
  .openapi('UsageCount', { description: 'The tokens of one day and grant type; a day without any has none.' })

export const usage = listOf(usageCount)
  .extend({
    connected_accounts: z.int().openapi({
      description: 'People with at least one living grant: a number, never who.',
      example: 57,
    }),
  })
  .openapi('Usage', { description: 'Oldest day first. Counts arrive within a minute of their tokens.' })

const words = {
  error: z.string().openapi({ description: 'The code that was answered.', example: 'invalid_grant' }),
  reason: z.string().openapi({ description: 'The rule that was broken.', example: 'code_verifier_mismatch' }),
  description: z.string().openapi({
    description: 'The rule in words.',
    example: 'code_verifier does not match the code_challenge of the authorization request.',
  }),
  fix: z.string().openapi({
    description: 'What to do about it.',
    example: 'Keep the verifier beside the state, and send the one of this very authorization.',
  }),
}

const tokenError = z
  .object({
    at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    grant_type: z
      .string()
      .nullable()
      .openapi({ description: 'Null: the request named none that we know.', example: 'authorization_code' }),
    ...words,
  })
  .openapi('TokenError', { description: 'A refused token request, without any value of it.' })

const refusalCount = z
  .object({
    day: z.iso.date().openapi({ description: 'The day in UTC.', example: '2026-11-24' }),
    endpoint: z.enum(REFUSING_ENDPOINTS).openapi({ description: 'Where it was refused.', example: 'token' }),
    ...words,
    count: z.int().openapi({ description: 'How many on that day.', example: 105 }),
    last_at: z.int().openapi({ description: 'The last of them, in epoch seconds.', example: 1_790_000_000 }),
  })
  .openapi('RefusalCount', {
    description: 'Refusals that anybody can cause who knows the client_id: they may not come from the app.',
  })

export const tokenErrors = listOf(tokenError)
  .extend({
    counted: z.array(refusalCount).openapi({ description: 'Refusals without authentication, newest first.' }),
  })
  .openapi('TokenErrorList', { description: 'Newest first.' })
