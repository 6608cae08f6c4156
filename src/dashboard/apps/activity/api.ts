import { createRoute } from '@hono/zod-openapi'
import { isoDate } from '../../../apps/usage.ts'
import { toSnakeKeys } from '../../../lib/case.ts'
import { requireApp } from '../../kit/access.ts'
import { actionContext } from '../../kit/action-context.ts'
import { appPath } from '../../kit/parameters.ts'
import { guarded, jsonAnswer, newApi, problems } from '../../kit/route.ts'
import { getUsage, listTokenErrors } from './actions.ts'
import { tokenErrors, usage, usageQuery } from './schemas.ts'

/** More than an app can have: fifty of each reason. */
const MAX_LISTED = 5000

/** What an app has been doing, for its developers. */
export const activity = newApi()

activity.openapi(
  createRoute({
    method: 'get',
    path: '/usage',
    operationId: 'getUsage',
    tags: ['Activity'],
    summary: 'Read how much an app is used',
    description:
      'Code exchanges and the refreshes of public apps are counted exactly; the refreshes of confidential apps after ' +
      'their answer, so that a crash can lose a few. Counts are kept for 13 months.',
    ...guarded('apps:read'),
    request: { params: appPath, query: usageQuery },
    responses: {
      200: jsonAnswer('All of them.', usage),
      ...problems('invalid-request', 'insufficient-scope', 'not-found'),
    },
  }),
  async (c) => {
    const app = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
    const { counts, connectedAccounts } = await getUsage(actionContext(c), app, c.req.valid('query').days)
    const items = counts.map((count) => ({ ...count, day: isoDate(count.day) }))
    return c.json(toSnakeKeys(usage, { items, nextCursor: null, connectedAccounts }), 200)
  },
)

activity.openapi(
  createRoute({
    method: 'get',
    path: '/errors',
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
    const app = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
    const { errors, refusals } = await listTokenErrors(actionContext(c), app, MAX_LISTED)
    const counted = refusals.map((refusal) => ({ ...refusal, day: isoDate(refusal.day) }))
    return c.json(toSnakeKeys(tokenErrors, { items: errors, nextCursor: null, counted }), 200)
  },
)
