import { createRoute, z } from '@hono/zod-openapi'
import { readJsonBody } from '../kit/json-body.ts'
import { pageQuery } from '../kit/pagination.ts'
import { guarded, jsonAnswer, jsonBody, problems } from '../kit/route.ts'
import { appBody, appChange, appList, appRegistration, registeredApp } from './schemas.ts'

export const appPath = z.object({
  client_id: z.string().max(100).openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
})

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

export const registerRoute = createRoute({
  method: 'post',
  path: '/apps',
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
    ...problems(
      'invalid-request',
      'insufficient-scope',
      'forbidden',
      'cross-origin',
      'not-found',
      'too-large',
      'unsupported-media-type',
      'validation-failed',
      'idempotency-key-reused',
      'conflict',
    ),
  },
})

export const listRoute = createRoute({
  method: 'get',
  path: '/apps',
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
})

export const showRoute = createRoute({
  method: 'get',
  path: '/apps/{client_id}',
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
})

export const changeRoute = createRoute({
  method: 'patch',
  path: '/apps/{client_id}',
  operationId: 'changeApp',
  tags: ['Apps'],
  summary: 'Change an app',
  description:
    'What is left out stays as it is. Grants follow at their next token: they lose the scopes that the app lost.',
  ...guarded('apps:write', readJsonBody),
  request: { params: appPath, headers: ifMatch, body: jsonBody('The settings to change.', appChange) },
  responses: {
    200: { ...jsonAnswer('The app as it is now.', appBody), headers: ETAG },
    ...problems(
      'invalid-request',
      'insufficient-scope',
      'forbidden',
      'cross-origin',
      'not-found',
      'too-large',
      'unsupported-media-type',
      'validation-failed',
      'precondition-failed',
    ),
  },
})

export const deleteRoute = createRoute({
  method: 'delete',
  path: '/apps/{client_id}',
  operationId: 'deleteApp',
  tags: ['Apps'],
  summary: 'Delete an app',
  description: 'Ends its secrets and every grant at once. There is no way back, and the client_id is never used again.',
  ...guarded('apps:write'),
  request: { params: appPath, headers: ifMatch },
  responses: {
    204: { description: 'The app is deleted.' },
    ...problems('insufficient-scope', 'forbidden', 'cross-origin', 'not-found', 'precondition-failed'),
  },
})
