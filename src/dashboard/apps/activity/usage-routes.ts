import { createRoute, z } from '@hono/zod-openapi'
import { listOf } from '../../kit/pagination.ts'
import { guarded, jsonAnswer, problems } from '../../kit/route.ts'
import { appPath } from '../routes.ts'

const DEFAULT_DAYS = 30
/** As long as counts are kept. */
const MAX_DAYS = 396

const usageCount = z
  .object({
    day: z.iso.date().openapi({ description: 'The day in UTC.', example: '2026-11-24' }),
    grant_type: z.string().openapi({ description: 'How the tokens were obtained.', example: 'refresh_token' }),
    tokens: z.int().openapi({ description: 'Access tokens issued.', example: 1204 }),
  })
  .openapi('UsageCount', { description: 'The tokens of one day and grant type; a day without any has none.' })

const usage = listOf(usageCount)
  .extend({
    connected_accounts: z.int().openapi({
      description: 'People with at least one living grant: a number, never who.',
      example: 57,
    }),
  })
  .openapi('Usage', { description: 'Oldest day first. Counts arrive within a minute of their tokens.' })

export const usageRoute = createRoute({
  method: 'get',
  path: '/apps/{client_id}/usage',
  operationId: 'getUsage',
  tags: ['Activity'],
  summary: 'Read how much an app is used',
  description:
    'Code exchanges and the refreshes of public apps are counted exactly; the refreshes of confidential apps after ' +
    'their answer, so that a crash can lose a few. Counts are kept for 13 months.',
  ...guarded('apps:read'),
  request: {
    params: appPath,
    query: z.object({
      days: z.coerce
        .number()
        .int()
        .min(1)
        .max(MAX_DAYS)
        .default(DEFAULT_DAYS)
        .openapi({ description: 'How many days, up to and with today.', example: 30 }),
    }),
  },
  responses: {
    200: jsonAnswer('All of them.', usage),
    ...problems('invalid-request', 'insufficient-scope', 'not-found'),
  },
})
