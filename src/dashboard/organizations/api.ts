import { createRoute } from '@hono/zod-openapi'
import { toSnakeKeys } from '../../lib/case.ts'
import type { AppDecision } from '../../organizations/decision.ts'
import type { Member } from '../../organizations/organization.ts'
import { actionContext } from '../kit/action-context.ts'
import { readJsonBody } from '../kit/json-body.ts'
import { decisionPath, memberPath, organizationPath } from '../kit/parameters.ts'
import { BODY_PROBLEMS, CHANGE_PROBLEMS, guarded, jsonAnswer, jsonBody, newApi, problems } from '../kit/route.ts'
import {
  changeOrganization,
  changeRole,
  createOrganization,
  decide,
  getOrganization,
  listDecisions,
  listMembers,
  listOrganizations,
  type OwnOrganization,
  removeMember,
  withdrawDecision,
} from './actions.ts'
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

/** Organizations, their members, and what their administrators decided about apps. */
export const organizations = newApi()

organizations.openapi(
  createRoute({
    method: 'get',
    path: '/',
    operationId: 'listOrganizations',
    tags: ['Organizations'],
    summary: 'List your organizations',
    description: 'Those that you are a member of, and that this access reaches.',
    ...guarded('organizations:read'),
    responses: { 200: jsonAnswer('All of them.', organizationList), ...problems('insufficient-scope') },
  }),
  async (c) => {
    const items = (await listOrganizations(actionContext(c))).map(toOrganizationBody)
    return c.json({ items, next_cursor: null }, 200)
  },
)

organizations.openapi(
  createRoute({
    method: 'post',
    path: '/',
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
  }),
  async (c) => c.json(toOrganizationBody(await createOrganization(actionContext(c), c.req.valid('json'))), 201),
)

organizations.openapi(
  createRoute({
    method: 'get',
    path: '/{organization_id}',
    operationId: 'getOrganization',
    tags: ['Organizations'],
    summary: 'Read an organization',
    description: 'One that you are a member of, and that this access reaches.',
    ...guarded('organizations:read'),
    request: { params: organizationPath },
    responses: {
      200: jsonAnswer('The organization.', organizationBody),
      ...problems('insufficient-scope', 'not-found'),
    },
  }),
  async (c) =>
    c.json(toOrganizationBody(await getOrganization(actionContext(c), c.req.valid('param').organization_id)), 200),
)

organizations.openapi(
  createRoute({
    method: 'patch',
    path: '/{organization_id}',
    operationId: 'changeOrganization',
    tags: ['Organizations'],
    summary: 'Rename an organization',
    description: 'For owners and administrators. A personal organization keeps its name.',
    ...guarded('organizations:write', readJsonBody),
    request: { params: organizationPath, body: jsonBody('What to change.', organizationChange) },
    responses: {
      200: jsonAnswer('The organization as it is now.', organizationBody),
      ...problems(...CHANGE_PROBLEMS, 'conflict', ...BODY_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id } = c.req.valid('param')
    return c.json(toOrganizationBody(await changeOrganization(actionContext(c), id, c.req.valid('json'))), 200)
  },
)

organizations.openapi(
  createRoute({
    method: 'get',
    path: '/{organization_id}/members',
    operationId: 'listMembers',
    tags: ['Organizations'],
    summary: 'List members',
    description: 'Everybody in the organization, for everybody in it.',
    ...guarded('organizations:read'),
    request: { params: organizationPath },
    responses: { 200: jsonAnswer('All of them.', memberList), ...problems('insufficient-scope', 'not-found') },
  }),
  async (c) => {
    const items = (await listMembers(actionContext(c), c.req.valid('param').organization_id)).map(toMemberBody)
    return c.json({ items, next_cursor: null }, 200)
  },
)

organizations.openapi(
  createRoute({
    method: 'patch',
    path: '/{organization_id}/members/{account_id}',
    operationId: 'changeRole',
    tags: ['Organizations'],
    summary: 'Change a role',
    description: 'For owners and administrators; only owners make and unmake owners. The last owner stays one.',
    ...guarded('members:write', readJsonBody),
    request: { params: memberPath, body: jsonBody('The role.', roleChange) },
    responses: {
      200: jsonAnswer('The member.', memberBody),
      ...problems(...CHANGE_PROBLEMS, 'conflict', ...BODY_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id, account_id: accountId } = c.req.valid('param')
    return c.json(toMemberBody(await changeRole(actionContext(c), id, accountId, c.req.valid('json').role)), 200)
  },
)

organizations.openapi(
  createRoute({
    method: 'delete',
    path: '/{organization_id}/members/{account_id}',
    operationId: 'removeMember',
    tags: ['Organizations'],
    summary: 'Remove a member, or leave',
    description:
      "Ends the access of that person's apps to the organization at once; their other organizations stay. The last " +
      'owner cannot leave.',
    ...guarded('members:write'),
    request: { params: memberPath },
    responses: {
      204: { description: 'The person is no member any more.' },
      ...problems(...CHANGE_PROBLEMS, 'conflict'),
    },
  }),
  async (c) => {
    const { organization_id: id, account_id: accountId } = c.req.valid('param')
    await removeMember(actionContext(c), id, accountId)
    return c.body(null, 204)
  },
)

organizations.openapi(
  createRoute({
    method: 'get',
    path: '/{organization_id}/decisions',
    operationId: 'listDecisions',
    tags: ['Decisions'],
    summary: 'List decisions about apps',
    description: 'What administrators decided, for everybody in the organization.',
    ...guarded('organizations:read'),
    request: { params: organizationPath },
    responses: { 200: jsonAnswer('All of them.', decisionList), ...problems('insufficient-scope', 'not-found') },
  }),
  async (c) => {
    const items = (await listDecisions(actionContext(c), c.req.valid('param').organization_id)).map(toDecisionBody)
    return c.json({ items, next_cursor: null }, 200)
  },
)

organizations.openapi(
  createRoute({
    method: 'put',
    path: '/{organization_id}/decisions/{client_id}',
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
      ...problems(...CHANGE_PROBLEMS, ...BODY_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id, client_id: clientId } = c.req.valid('param')
    return c.json(toDecisionBody(await decide(actionContext(c), id, clientId, c.req.valid('json'))), 200)
  },
)

organizations.openapi(
  createRoute({
    method: 'delete',
    path: '/{organization_id}/decisions/{client_id}',
    operationId: 'withdrawDecision',
    tags: ['Decisions'],
    summary: 'Withdraw a decision',
    description: 'The policy decides again. After a block people are asked anew: nothing comes back silently.',
    ...guarded('decisions:write'),
    request: { params: decisionPath },
    responses: {
      204: { description: 'Nothing is decided about the app any more.' },
      ...problems(...CHANGE_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id, client_id: clientId } = c.req.valid('param')
    await withdrawDecision(actionContext(c), id, clientId)
    return c.body(null, 204)
  },
)

function toOrganizationBody({ organization, role }: OwnOrganization) {
  return toSnakeKeys(organizationBody, { ...organization, role })
}

function toMemberBody(member: Member) {
  return toSnakeKeys(memberBody, member)
}

function toDecisionBody(decision: AppDecision) {
  return toSnakeKeys(decisionBody, decision)
}
