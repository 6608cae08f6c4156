import { createRoute, z } from '@hono/zod-openapi'
import { toSnakeKeys } from '../../../lib/case.ts'
import type { AccessRequest } from '../../../organizations/access-request.ts'
import { actionContext } from '../../kit/action-context.ts'
import { readJsonBody } from '../../kit/json-body.ts'
import { organizationPath } from '../../kit/parameters.ts'
import { BODY_PROBLEMS, CHANGE_PROBLEMS, guarded, jsonAnswer, jsonBody, newApi, problems } from '../../kit/route.ts'
import { decideAccessRequest, listAccessRequests } from './actions.ts'
import { accessRequestBody, accessRequestDecision, accessRequestList, accessRequestQuery } from './schemas.ts'

const requestPath = organizationPath.extend({
  request_id: z.string().max(100).openapi({ description: 'The request.', example: 'req_2b1Qv0aXcD8fGhJkLmNp' }),
})

/** What members ask of their administrators. */
export const accessRequests = newApi()

accessRequests.openapi(
  createRoute({
    method: 'get',
    path: '/access-requests',
    operationId: 'listAccessRequests',
    tags: ['Decisions'],
    summary: 'List requests for apps',
    description: 'For owners and administrators those of everybody; for others their own.',
    ...guarded('organizations:read'),
    request: { params: organizationPath, query: accessRequestQuery },
    responses: {
      200: jsonAnswer('A page of them.', accessRequestList),
      ...problems('invalid-request', 'insufficient-scope', 'not-found'),
    },
  }),
  async (c) => {
    const { organization_id: id } = c.req.valid('param')
    const { items, nextCursor } = await listAccessRequests(actionContext(c), id, c.req.valid('query'))
    return c.json({ items: items.map(toRequestBody), next_cursor: nextCursor }, 200)
  },
)

accessRequests.openapi(
  createRoute({
    method: 'post',
    path: '/access-requests/{request_id}/decision',
    operationId: 'decideAccessRequest',
    tags: ['Decisions'],
    summary: 'Answer a request for an app',
    description:
      'For owners and administrators. Approving it approves the app, within the limits that it names, and answers all ' +
      'open requests for it; declining it answers this one.',
    ...guarded('decisions:write', readJsonBody),
    request: { params: requestPath, body: jsonBody('The answer.', accessRequestDecision) },
    responses: {
      200: jsonAnswer('The request as it is now.', accessRequestBody),
      ...problems(...CHANGE_PROBLEMS, 'conflict', ...BODY_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id, request_id: requestId } = c.req.valid('param')
    return c.json(toRequestBody(await decideAccessRequest(actionContext(c), id, requestId, c.req.valid('json'))), 200)
  },
)

function toRequestBody(request: AccessRequest) {
  return toSnakeKeys(accessRequestBody, request)
}
