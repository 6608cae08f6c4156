import { createRoute, z } from '@hono/zod-openapi'
import { toSnakeKeys } from '../../../lib/case.ts'
import type { Invitation } from '../../../organizations/invitation.ts'
import { actionContext } from '../../kit/action-context.ts'
import { readJsonBody } from '../../kit/json-body.ts'
import { organizationPath } from '../../kit/parameters.ts'
import {
  BODY_PROBLEMS,
  CHANGE_PROBLEMS,
  guarded,
  jsonAnswer,
  jsonBody,
  newApi,
  problems,
  READ_PROBLEMS,
} from '../../kit/route.ts'
import { invite, listInvitations, withdrawInvitation } from './actions.ts'
import { invitationBody, invitationList, newInvitation } from './schemas.ts'

const invitationPath = organizationPath.extend({
  invitation_id: z.string().max(100).openapi({ description: 'The invitation.', example: 'inv_2b1Qv0aXcD8fGhJkLmNp' }),
})

/** Who may become a member. */
export const invitations = newApi()

invitations.openapi(
  createRoute({
    method: 'get',
    path: '/invitations',
    operationId: 'listInvitations',
    tags: ['Organizations'],
    summary: 'List invitations',
    description: 'Those that can still be accepted, for owners and administrators.',
    ...guarded('organizations:read'),
    request: { params: organizationPath },
    responses: {
      200: jsonAnswer('All of them.', invitationList),
      ...problems(...READ_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id } = c.req.valid('param')
    return c.json(
      { items: (await listInvitations(actionContext(c), id)).map(toInvitationBody), next_cursor: null },
      200,
    )
  },
)

invitations.openapi(
  createRoute({
    method: 'post',
    path: '/invitations',
    operationId: 'invite',
    tags: ['Organizations'],
    summary: 'Invite somebody',
    description:
      'For owners and administrators; only owners invite owners. A mail with a link leaves, good for seven days and ' +
      'for that address alone. At most 50 at a time, and 20 an hour; an open invitation is not mailed twice a day.',
    ...guarded('members:write', readJsonBody),
    request: { params: organizationPath, body: jsonBody('Who, and as what.', newInvitation) },
    responses: {
      201: jsonAnswer('The invitation.', invitationBody),
      ...problems(...CHANGE_PROBLEMS, 'conflict', ...BODY_PROBLEMS, 'too-many-requests'),
    },
  }),
  async (c) => {
    const { organization_id: id } = c.req.valid('param')
    return c.json(toInvitationBody(await invite(actionContext(c), id, c.req.valid('json'))), 201)
  },
)

invitations.openapi(
  createRoute({
    method: 'delete',
    path: '/invitations/{invitation_id}',
    operationId: 'withdrawInvitation',
    tags: ['Organizations'],
    summary: 'Withdraw an invitation',
    description: 'Its link is dead at once. For owners and administrators; only owners withdraw that of an owner.',
    ...guarded('members:write'),
    request: { params: invitationPath },
    responses: {
      204: { description: 'Nobody can accept it any more.' },
      ...problems(...CHANGE_PROBLEMS),
    },
  }),
  async (c) => {
    const { organization_id: id, invitation_id: invitationId } = c.req.valid('param')
    await withdrawInvitation(actionContext(c), id, invitationId)
    return c.body(null, 204)
  },
)

function toInvitationBody(invitation: Invitation) {
  return toSnakeKeys(invitationBody, invitation)
}
