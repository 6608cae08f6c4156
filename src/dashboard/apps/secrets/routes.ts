import { createRoute, z } from '@hono/zod-openapi'
import { readJsonBody } from '../../kit/json-body.ts'
import { guarded, jsonAnswer, jsonBody, problems } from '../../kit/route.ts'
import { appPath } from '../routes.ts'
import { createdSecret, secretList, secretRequest } from './schemas.ts'

const secretPath = appPath.extend({
  id: z.string().max(100).openapi({ description: 'The secret.', example: 'sec_Yb3kQ9vWx1ZtLmNoPqRs' }),
})

export const createSecretRoute = createRoute({
  method: 'post',
  path: '/apps/{client_id}/secrets',
  operationId: 'createSecret',
  tags: ['Secrets'],
  summary: 'Create a secret',
  description:
    'An app has at most two live secrets, so that one can replace the other. By session: sign in anew first.',
  ...guarded('secrets:write', readJsonBody),
  request: { params: appPath, body: jsonBody('The secret.', secretRequest) },
  responses: {
    201: jsonAnswer('The secret and, once, its value.', createdSecret),
    ...problems(
      'invalid-request',
      'insufficient-scope',
      'forbidden',
      'cross-origin',
      'sign-in-too-old',
      'not-found',
      'conflict',
      'too-large',
      'unsupported-media-type',
      'validation-failed',
    ),
  },
})

export const listSecretsRoute = createRoute({
  method: 'get',
  path: '/apps/{client_id}/secrets',
  operationId: 'listSecrets',
  tags: ['Secrets'],
  summary: 'List live secrets',
  description: 'Names, times and last use of the secrets that work now; never a value.',
  ...guarded('apps:read'),
  request: { params: appPath },
  responses: { 200: jsonAnswer('All of them.', secretList), ...problems('insufficient-scope', 'not-found') },
})

export const deleteSecretRoute = createRoute({
  method: 'delete',
  path: '/apps/{client_id}/secrets/{id}',
  operationId: 'deleteSecret',
  tags: ['Secrets'],
  summary: 'Delete a secret',
  description: 'It stops working at the next request. Grants stay.',
  ...guarded('secrets:write'),
  request: { params: secretPath },
  responses: {
    204: { description: 'The secret is deleted.' },
    ...problems('insufficient-scope', 'forbidden', 'cross-origin', 'not-found'),
  },
})
