import { createRoute, z } from '@hono/zod-openapi'
import { readJsonBody } from '../../kit/json-body.ts'
import { guarded, jsonAnswer, jsonBody, problems } from '../../kit/route.ts'
import { organizationPath } from '../routes.ts'
import { accessRequestBody, accessRequestDecision, accessRequestList, accessRequestQuery } from './schemas.ts'

const requestPath = organizationPath.extend({
  request_id: z.string().max(100).openapi({ description: 'The request.', example: 'req_2b1Qv0aXcD8fGhJkLmNp' }),
})

export const listAccessRequestsRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/access-requests',
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
})

export const decideAccessRequestRoute = createRoute({
  method: 'post',
  path: '/organizations/{organization_id}/access-requests/{request_id}/decision',
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
    ...problems(
      'insufficient-scope',
      'forbidden',
      'cross-origin',
      'not-found',
      'conflict',
      'invalid-request',
      'too-large',
      'unsupported-media-type',
      'validation-failed',
    ),
  },
})
