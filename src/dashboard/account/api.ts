import { createRoute, z } from '@hono/zod-openapi'
import { actionContext } from '../kit/action-context.ts'
import { readJsonBody } from '../kit/json-body.ts'
import { requireOperator } from '../kit/operator.ts'
import { accountPath, organizationPath } from '../kit/parameters.ts'
import { BODY_PROBLEMS, guarded, jsonBody, newApi, problems } from '../kit/route.ts'
import { deleteAccount, eraseAccount } from './actions.ts'

const newErasure = z
  .strictObject({
    organizations: z
      .array(
        z.strictObject({
          ...organizationPath.shape,
          hand_over_to: z.string().nullable().openapi({
            description: 'The member who becomes an owner; null: the organization is closed.',
            example: 'acc_9zYxWvUtSrQpOnMlKjIh',
          }),
        }),
      )
      .max(1000)
      .default([])
      .openapi({
        description: 'What becomes of each organization that the account is the last owner of.',
        example: [{ organization_id: 'org_2b1Qv0aXcD8fGhJkLmNp', hand_over_to: 'acc_9zYxWvUtSrQpOnMlKjIh' }],
      }),
  })
  .openapi('Erasure', { description: 'No organization stays without an owner.' })

/** The end of one's own account. */
export const accounts = newApi()

accounts.openapi(
  createRoute({
    method: 'delete',
    path: '/{account_id}',
    operationId: 'deleteAccount',
    tags: ['Accounts'],
    summary: 'Delete your account',
    description:
      'By session only, for good. Every session, membership and connected app ends at once, and so do the personal ' +
      'organization and its apps; the address is free. A conflict names the organizations that would be without an owner.',
    ...guarded(null),
    request: { params: accountPath },
    responses: {
      204: { description: 'It is deleted.' },
      ...problems('forbidden', 'cross-origin', 'not-found', 'conflict'),
    },
  }),
  async (c) => {
    await deleteAccount(actionContext(c), c.req.valid('param').account_id)
    return c.body(null, 204)
  },
)

/** The end of somebody's account, for operators. */
export const erasures = newApi()

erasures.openapi(
  createRoute({
    method: 'post',
    path: '/accounts/{account_id}/erasure',
    operationId: 'eraseAccount',
    tags: ['Operators'],
    summary: 'Erase an account',
    description:
      'For operators, by session, for good: what deleting it would do. Organizations that it is the last owner of are ' +
      'handed over or closed as the body says; a conflict names those that it does not say.',
    ...guarded(null, requireOperator, readJsonBody),
    request: { params: accountPath, body: jsonBody('What becomes of organizations.', newErasure) },
    responses: {
      204: { description: 'It is erased.' },
      ...problems('forbidden', 'cross-origin', 'not-found', 'conflict', ...BODY_PROBLEMS),
    },
  }),
  async (c) => {
    const inheritances = c.req.valid('json').organizations.map(({ organization_id, hand_over_to }) => ({
      organizationId: organization_id,
      handOverTo: hand_over_to,
    }))
    await eraseAccount(actionContext(c), c.req.valid('param').account_id, inheritances)
    return c.body(null, 204)
  },
)
