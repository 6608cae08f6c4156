import { createRoute, z } from '@hono/zod-openapi'
import { listApps } from '../../apps/apps-store.ts'
import { requireApp, requireOrganizations } from '../kit/access.ts'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import { readJsonBody } from '../kit/json-body.ts'
import { formatCursor, pageQuery, toPage } from '../kit/pagination.ts'
import { appPath } from '../kit/parameters.ts'
import { entityTag, parseIfMatch } from '../kit/precondition.ts'
import { BODY_PROBLEMS, CHANGE_PROBLEMS, guarded, jsonAnswer, jsonBody, newApi, problems } from '../kit/route.ts'
import { changeApp, deleteApp, registerApp, toPosition } from './actions.ts'
import { appBody, appChange, appList, appRegistration, registeredApp } from './schemas.ts'
import { toAppBody } from './wire.ts'

/** As a request header, in small letters: that is how they are read. */
const idempotencyKey = z.object({
  'idempotency-key': z.string().optional().openapi({
    description:
      'Makes a repetition harmless for 24 hours: the same body answers with the same app and without its secret.',
    example: '8e03978e-40d5-43e8-bc93-6894a57f9324',
  }),
})
const ifMatch = z.object({
  'if-match': z.string().optional().openapi({
    description: 'The `ETag` that the change is based on: if somebody changed the app since, it is refused.',
    example: '"3"',
  }),
})
const ETAG = { ETag: { description: 'The version of the app.', schema: { type: 'string' as const } } }

export const apps = newApi()

apps.openapi(
  createRoute({
    method: 'post',
    path: '/',
    operationId: 'registerApp',
    tags: ['Apps'],
    summary: 'Register an app',
    description: 'A confidential app gets its first secret, which is in this answer and never shown again.',
    ...guarded('apps:write', readJsonBody),
    request: { headers: idempotencyKey, body: jsonBody('The app.', appRegistration) },
    responses: {
      201: {
        ...jsonAnswer('The app, and its secret if it is confidential.', registeredApp),
        headers: {
          ...ETAG,
          Location: { description: 'The address of the app.', schema: { type: 'string', format: 'uri' } },
        },
      },
      ...problems(...BODY_PROBLEMS, ...CHANGE_PROBLEMS, 'idempotency-key-reused', 'conflict'),
    },
  }),
  async (c) => {
    const { app, clientSecret } = await registerApp(
      actionContext(c),
      c.req.valid('json'),
      c.req.valid('header')['idempotency-key'],
    )
    c.header('ETag', entityTag(app))
    c.header('Location', c.get('config').issuer + pathTo(SITE.api.app, app.clientId))
    return c.json({ ...toAppBody(app), ...(clientSecret && onlyNow(clientSecret)) }, 201)
  },
)

apps.openapi(
  createRoute({
    method: 'get',
    path: '/',
    operationId: 'listApps',
    tags: ['Apps'],
    summary: 'List apps',
    description: 'The apps of your organizations, newest first.',
    ...guarded('apps:read'),
    request: {
      query: z.object({
        ...pageQuery,
        organization_id: z.string().max(100).optional().openapi({ description: 'Only the apps of this organization.' }),
      }),
    },
    responses: {
      200: jsonAnswer('One page.', appList),
      ...problems('invalid-request', 'insufficient-scope', 'not-found'),
    },
  }),
  async (c) => {
    const { limit, cursor, organization_id } = c.req.valid('query')
    const organizationIds = requireOrganizations(c.get('caller'), organization_id)
    const after = cursor === undefined ? null : toPosition(cursor)
    const found = await listApps(c.env.DB, organizationIds, { after, limit: limit + 1 })
    const { items, next } = toPage(found, limit)
    const next_cursor = next && formatCursor([next.createdAt, next.clientId])
    return c.json({ items: items.map(toAppBody), next_cursor }, 200)
  },
)

apps.openapi(
  createRoute({
    method: 'get',
    path: '/{client_id}',
    operationId: 'getApp',
    tags: ['Apps'],
    summary: 'Read an app',
    description: 'The app as it is registered now; never a secret.',
    ...guarded('apps:read'),
    request: { params: appPath },
    responses: {
      200: { ...jsonAnswer('The app.', appBody), headers: ETAG },
      ...problems('insufficient-scope', 'not-found'),
    },
  }),
  async (c) => {
    const app = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
    c.header('ETag', entityTag(app))
    return c.json(toAppBody(app), 200)
  },
)

apps.openapi(
  createRoute({
    method: 'patch',
    path: '/{client_id}',
    operationId: 'changeApp',
    tags: ['Apps'],
    summary: 'Change an app',
    description:
      'What is left out stays as it is. Grants follow at their next token: they lose the scopes that the app lost.',
    ...guarded('apps:write', readJsonBody),
    request: { params: appPath, headers: ifMatch, body: jsonBody('The settings to change.', appChange) },
    responses: {
      200: { ...jsonAnswer('The app as it is now.', appBody), headers: ETAG },
      ...problems(...BODY_PROBLEMS, ...CHANGE_PROBLEMS, 'precondition-failed'),
    },
  }),
  async (c) => {
    const precondition = parseIfMatch(c.req.valid('header')['if-match'])
    const changed = await changeApp(actionContext(c), c.req.valid('param').client_id, c.req.valid('json'), precondition)
    c.header('ETag', entityTag(changed))
    return c.json(toAppBody(changed), 200)
  },
)

apps.openapi(
  createRoute({
    method: 'delete',
    path: '/{client_id}',
    operationId: 'deleteApp',
    tags: ['Apps'],
    summary: 'Delete an app',
    description:
      'Ends its secrets and every grant at once. There is no way back, and the client_id is never used again.',
    ...guarded('apps:write'),
    request: { params: appPath, headers: ifMatch },
    responses: {
      204: { description: 'The app is deleted.' },
      ...problems(...CHANGE_PROBLEMS, 'precondition-failed'),
    },
  }),
  async (c) => {
    await deleteApp(actionContext(c), c.req.valid('param').client_id, parseIfMatch(c.req.valid('header')['if-match']))
    return c.body(null, 204)
  },
)

function onlyNow(clientSecret: string) {
  return { client_secret: clientSecret, client_secret_expires_at: 0 }
}
