import { createRoute, z } from '@hono/zod-openapi'
import { publisherOf } from '../../apps/publisher-mark.ts'
import { toSnakeKeys } from '../../lib/case.ts'
import { describeUserAgent } from '../../ui/user-agent.ts'
import { actionContext } from '../kit/action-context.ts'
import { readJsonBody } from '../kit/json-body.ts'
import { BODY_PROBLEMS, guarded, jsonAnswer, jsonBody, newApi, problems } from '../kit/route.ts'
import { disconnectApp, getGrant, listGrants, narrowGrant, type OwnGrant, revokeGrant } from './actions.ts'
import { grantBody, grantChange, grantList } from './schemas.ts'

const grantPath = z.object({
  grant_id: z.string().max(100).openapi({ description: 'The grant.', example: 'kZ3PqLmNoXyAbCd1' }),
})

/** What the caller allowed to apps. */
export const grants = newApi()

grants.openapi(
  createRoute({
    method: 'get',
    path: '/',
    operationId: 'listGrants',
    tags: ['Grants'],
    summary: 'List connected apps',
    description: 'What you allowed, read from the ledger itself: never a minute old.',
    ...guarded('grants:read'),
    responses: { 200: jsonAnswer('All of them.', grantList), ...problems('insufficient-scope') },
  }),
  async (c) => {
    const items = (await listGrants(actionContext(c))).map(toGrantBody)
    return c.json({ items, next_cursor: null }, 200)
  },
)

grants.openapi(
  createRoute({
    method: 'get',
    path: '/{grant_id}',
    operationId: 'getGrant',
    tags: ['Grants'],
    summary: 'Read a grant',
    description: 'One of your own living grants.',
    ...guarded('grants:read'),
    request: { params: grantPath },
    responses: { 200: jsonAnswer('The grant.', grantBody), ...problems('insufficient-scope', 'not-found') },
  }),
  async (c) => c.json(toGrantBody(await getGrant(actionContext(c), c.req.valid('param').grant_id)), 200),
)

grants.openapi(
  createRoute({
    method: 'patch',
    path: '/{grant_id}',
    operationId: 'narrowGrant',
    tags: ['Grants'],
    summary: 'Narrow a grant',
    description: 'Takes optional scopes or organizations back: at once in introspection, and at the next token.',
    ...guarded('grants:write', readJsonBody),
    request: { params: grantPath, body: jsonBody('What is kept.', grantChange) },
    responses: {
      200: jsonAnswer('The grant as it is now.', grantBody),
      ...problems(...BODY_PROBLEMS, 'insufficient-scope', 'cross-origin', 'not-found'),
    },
  }),
  async (c) =>
    c.json(toGrantBody(await narrowGrant(actionContext(c), c.req.valid('param').grant_id, c.req.valid('json'))), 200),
)

grants.openapi(
  createRoute({
    method: 'delete',
    path: '/{grant_id}',
    operationId: 'revokeGrant',
    tags: ['Grants'],
    summary: 'Revoke a grant',
    description: 'Ends the app on one device: refresh and introspection at once. Other devices stay connected.',
    ...guarded('grants:write'),
    request: { params: grantPath },
    responses: {
      204: { description: 'The grant is revoked.' },
      ...problems('insufficient-scope', 'cross-origin', 'not-found'),
    },
  }),
  async (c) => {
    await revokeGrant(actionContext(c), c.req.valid('param').grant_id)
    return c.body(null, 204)
  },
)

grants.openapi(
  createRoute({
    method: 'delete',
    path: '/',
    operationId: 'disconnectApp',
    tags: ['Grants'],
    summary: 'Disconnect an app',
    description: 'Revokes every grant that you gave to one app.',
    ...guarded('grants:write'),
    request: {
      query: z.object({ client_id: z.string().min(1).max(100).openapi({ description: 'The app to disconnect.' }) }),
    },
    responses: {
      204: { description: 'The app is disconnected, also when it was not connected.' },
      ...problems('invalid-request', 'insufficient-scope', 'cross-origin'),
    },
  }),
  async (c) => {
    await disconnectApp(actionContext(c), c.req.valid('query').client_id)
    return c.body(null, 204)
  },
)

export function toGrantBody({ grant, app, inEffect }: OwnGrant) {
  return toSnakeKeys(grantBody, {
    ...grant,
    clientName: app.clientName,
    publisher: publisherOf(app),
    scopesInEffect: inEffect.scopes,
    organizationsInEffect: inEffect.organizations,
    device: describeUserAgent(grant.userAgent),
    expiresAt: grant.endsAt,
  })
}
