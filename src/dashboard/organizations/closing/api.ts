import { createRoute } from '@hono/zod-openapi'
import { actionContext } from '../../kit/action-context.ts'
import { organizationPath } from '../../kit/parameters.ts'
import { CHANGE_PROBLEMS, guarded, newApi, problems } from '../../kit/route.ts'
import { closeOrganization } from './actions.ts'

/** The end of an organization. */
export const closing = newApi()

closing.openapi(
  createRoute({
    method: 'delete',
    path: '/',
    operationId: 'closeOrganization',
    tags: ['Organizations'],
    summary: 'Close an organization',
    description:
      'For owners, by session, for good. Its apps stop for everybody at once, grants that name it lose it, and its ' +
      'members, invitations and webhooks end. A personal organization ends with its account.',
    ...guarded('organizations:write'),
    request: { params: organizationPath },
    responses: {
      204: { description: 'It is closed.' },
      ...problems(...CHANGE_PROBLEMS, 'conflict'),
    },
  }),
  async (c) => {
    await closeOrganization(actionContext(c), c.req.valid('param').organization_id)
    return c.body(null, 204)
  },
)
