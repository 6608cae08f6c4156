import { createRoute, z } from '@hono/zod-openapi'
import { readJsonBody } from '../kit/json-body.ts'
import { guarded, jsonAnswer, jsonBody, problems } from '../kit/route.ts'
import {
  decisionBody,
  decisionList,
  memberBody,
  memberList,
  newDecision,
  newOrganization,
  organizationBody,
  organizationChange,
  organizationList,
  roleChange,
} from './schemas.ts'

export const organizationPath = z.object({
  organization_id: z
    .string()
    .max(100)
    .openapi({ description: 'The organization.', example: 'org_2b1Qv0aXcD8fGhJkLmNp' }),
})
export const memberPath = organizationPath.extend({
  account_id: z.string().max(100).openapi({ description: 'The member.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
})
export const decisionPath = organizationPath.extend({
  client_id: z.string().max(100).openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
})
const BODY_PROBLEMS = ['invalid-request', 'too-large', 'unsupported-media-type', 'validation-failed'] as const
const CHANGE_PROBLEMS = ['insufficient-scope', 'forbidden', 'cross-origin', 'not-found', 'conflict'] as const

export const listOrganizationsRoute = createRoute({
  method: 'get',
  path: '/organizations',
  operationId: 'listOrganizations',
  tags: ['Organizations'],
  summary: 'List your organizations',
  description: 'Those that you are a member of, and that this access reaches.',
  ...guarded('organizations:read'),
  responses: { 200: jsonAnswer('All of them.', organizationList), ...problems('insufficient-scope') },
})

export const createOrganizationRoute = createRoute({
  method: 'post',
  path: '/organizations',
  operationId: 'createOrganization',
  tags: ['Organizations'],
  summary: 'Create an organization',
  description: 'By session only: no access token was granted an organization that is not there yet.',
  ...guarded('organizations:write', readJsonBody),
  request: { body: jsonBody('The organization.', newOrganization) },
  responses: {
    201: jsonAnswer('The organization.', organizationBody),
    ...problems('insufficient-scope', 'forbidden', 'cross-origin', 'conflict', ...BODY_PROBLEMS),
  },
})

export const showOrganizationRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}',
  operationId: 'getOrganization',
  tags: ['Organizations'],
  summary: 'Read an organization',
  description: 'One that you are a member of, and that this access reaches.',
  ...guarded('organizations:read'),
  request: { params: organizationPath },
  responses: { 200: jsonAnswer('The organization.', organizationBody), ...problems('insufficient-scope', 'not-found') },
})

export const changeOrganizationRoute = createRoute({
  method: 'patch',
  path: '/organizations/{organization_id}',
  operationId: 'changeOrganization',
  tags: ['Organizations'],
  summary: 'Rename an organization',
  description: 'For owners and administrators. A personal organization keeps its name.',
  ...guarded('organizations:write', readJsonBody),
  request: { params: organizationPath, body: jsonBody('What to change.', organizationChange) },
  responses: {
    200: jsonAnswer('The organization as it is now.', organizationBody),
    ...problems(...CHANGE_PROBLEMS, ...BODY_PROBLEMS),
  },
})

export const listMembersRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/members',
  operationId: 'listMembers',
  tags: ['Organizations'],
  summary: 'List members',
  description: 'Everybody in the organization, for everybody in it.',
  ...guarded('organizations:read'),
  request: { params: organizationPath },
  responses: { 200: jsonAnswer('All of them.', memberList), ...problems('insufficient-scope', 'not-found') },
})

export const changeRoleRoute = createRoute({
  method: 'patch',
  path: '/organizations/{organization_id}/members/{account_id}',
  operationId: 'changeRole',
  tags: ['Organizations'],
  summary: 'Change a role',
  description: 'For owners and administrators; only owners make and unmake owners. The last owner stays one.',
  ...guarded('members:write', readJsonBody),
  request: { params: memberPath, body: jsonBody('The role.', roleChange) },
  responses: {
    200: jsonAnswer('The member.', memberBody),
    ...problems(...CHANGE_PROBLEMS, ...BODY_PROBLEMS),
  },
})

export const removeMemberRoute = createRoute({
  method: 'delete',
  path: '/organizations/{organization_id}/members/{account_id}',
  operationId: 'removeMember',
  tags: ['Organizations'],
  summary: 'Remove a member, or leave',
  description:
    "Ends the access of that person's apps to the organization at once; their other organizations stay. The last " +
    'owner cannot leave.',
  ...guarded('members:write'),
  request: { params: memberPath },
  responses: { 204: { description: 'The person is no member any more.' }, ...problems(...CHANGE_PROBLEMS) },
})

export const listDecisionsRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/decisions',
  operationId: 'listDecisions',
  tags: ['Decisions'],
  summary: 'List decisions about apps',
  description: 'What administrators decided, for everybody in the organization.',
  ...guarded('organizations:read'),
  request: { params: organizationPath },
  responses: { 200: jsonAnswer('All of them.', decisionList), ...problems('insufficient-scope', 'not-found') },
})

export const decideRoute = createRoute({
  method: 'put',
  path: '/organizations/{organization_id}/decisions/{client_id}',
  operationId: 'decide',
  tags: ['Decisions'],
  summary: 'Approve or block an app',
  description:
    'For owners and administrators. Holds for grants that exist: at the next token, and at once in introspection. ' +
    'Only this organization is concerned.',
  ...guarded('decisions:write', readJsonBody),
  request: { params: decisionPath, body: jsonBody('The decision.', newDecision) },
  responses: {
    200: jsonAnswer('The decision.', decisionBody),
    ...problems('insufficient-scope', 'forbidden', 'cross-origin', 'not-found', ...BODY_PROBLEMS),
  },
})

export const withdrawDecisionRoute = createRoute({
  method: 'delete',
  path: '/organizations/{organization_id}/decisions/{client_id}',
  operationId: 'withdrawDecision',
  tags: ['Decisions'],
  summary: 'Withdraw a decision',
  description: 'The policy decides again. After a block people are asked anew: nothing comes back silently.',
  ...guarded('decisions:write'),
  request: { params: decisionPath },
  responses: {
    204: { description: 'Nothing is decided about the app any more.' },
    ...problems('insufficient-scope', 'forbidden', 'cross-origin', 'not-found'),
  },
})
