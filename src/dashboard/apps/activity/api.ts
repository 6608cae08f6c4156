import { createRoute, z } from '@hono/zod-openapi'
import { findActivity } from '../../../apps/activity-store.ts'
import { listRefusalCounts, REFUSING_ENDPOINTS } from '../../../apps/refusal-counts-store.ts'
import { findFix } from '../../../apps/refusal-fixes.ts'
import { listTokenErrors } from '../../../apps/token-errors-store.ts'
import { epochDay, isoDate } from '../../../apps/usage.ts'
import { listUsage } from '../../../apps/usage-store.ts'
import { findSentence } from '../../../errors.ts'
import { toSnakeKeys } from '../../../lib/case.ts'
import { currentTime } from '../../../lib/clock.ts'
import { requireApp } from '../../kit/access.ts'
import { listOf } from '../../kit/pagination.ts'
import { appPath } from '../../kit/parameters.ts'
import { guarded, jsonAnswer, newApi, problems } from '../../kit/route.ts'

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

const tokenErrors = listOf(tokenError)
  .extend({
    counted: z.array(refusalCount).openapi({ description: 'Refusals without authentication, newest first.' }),
  })
  .openapi('TokenErrorList', { description: 'Newest first.' })

/** More than an app can have: fifty of each reason. */
const MAX_LISTED = 5000

/** What an app has been doing, for its developers. */
export const activity = newApi()

activity.openapi(
  createRoute({
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
  }),
  async (c) => {
    const { clientId } = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
    const today = epochDay(currentTime())
    const [counts, activityOf] = await Promise.all([
      listUsage(c.env.DB, clientId, today - c.req.valid('query').days + 1, today),
      findActivity(c.env.DB, [clientId]),
    ])
    const items = counts.map((count) => ({ ...count, day: isoDate(count.day) }))
    const { connectedAccounts } = activityOf(clientId)
    return c.json(toSnakeKeys(usage, { items, nextCursor: null, connectedAccounts }), 200)
  },
)

activity.openapi(
  createRoute({
    method: 'get',
    path: '/apps/{client_id}/errors',
    operationId: 'listTokenErrors',
    tags: ['Activity'],
    summary: 'List recent errors of an app',
    description:
      'The refused token requests that came from the app itself, by its secret or by a credential that was issued to ' +
      'it: the newest 50 of each reason, for 7 days. Everything else that was refused in its name, at the ' +
      'authorization endpoint too, is counted by day and reason. Failures of ours are not among them.',
    ...guarded('apps:read'),
    request: { params: appPath },
    responses: {
      200: jsonAnswer('All of them.', tokenErrors),
      ...problems('insufficient-scope', 'not-found'),
    },
  }),
  async (c) => {
    const { clientId } = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
    const [errors, counts] = await Promise.all([
      listTokenErrors(c.env.DB, clientId, MAX_LISTED),
      listRefusalCounts(c.env.DB, clientId),
    ])
    const items = errors.map((error) => ({ ...error, ...inWords(error) }))
    const counted = counts.map((count) => ({ ...count, ...inWords(count), day: isoDate(count.day) }))
    return c.json(toSnakeKeys(tokenErrors, { items, nextCursor: null, counted }), 200)
  },
)

function inWords({ reason }: { reason: string }) {
  return { description: findSentence(reason), fix: findFix(reason) }
}
