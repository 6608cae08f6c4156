import { createRoute, z } from '@hono/zod-openapi'
import type { AppSecret } from '../../../apps/secret.ts'
import { listLiveSecrets } from '../../../apps/secrets-store.ts'
import { toSnakeKeys } from '../../../lib/case.ts'
import { currentTime } from '../../../lib/clock.ts'
import { requireApp } from '../../kit/access.ts'
import { actionContext } from '../../kit/action-context.ts'
import { readJsonBody } from '../../kit/json-body.ts'
import { appPath } from '../../kit/parameters.ts'
import { BODY_PROBLEMS, CHANGE_PROBLEMS, guarded, jsonAnswer, jsonBody, newApi, problems } from '../../kit/route.ts'
import { createSecret, deleteSecret } from './actions.ts'
import { createdSecret, secretBody, secretList, secretRequest } from './schemas.ts'

const secretPath = appPath.extend({
  id: z.string().max(100).openapi({ description: 'The secret.', example: 'sec_Yb3kQ9vWx1ZtLmNoPqRs' }),
})

export const secrets = newApi()

secrets.openapi(
  createRoute({
    method: 'post',
    path: '/secrets',
    operationId: 'createSecret',
    tags: ['Secrets'],
    summary: 'Create a secret',
    description:
      'An app has at most two live secrets, so that one can replace the other. By session: sign in anew first.',
    ...guarded('secrets:write', readJsonBody),
    request: { params: appPath, body: jsonBody('The secret.', secretRequest) },
    responses: {
      201: jsonAnswer('The secret and, once, its value.', createdSecret),
      ...problems(...BODY_PROBLEMS, ...CHANGE_PROBLEMS, 'sign-in-too-old', 'conflict'),
    },
  }),
  async (c) => {
    const { secret, clientSecret } = await createSecret(
      actionContext(c),
      c.req.valid('param').client_id,
      c.req.valid('json'),
    )
    return c.json({ ...toSecretBody(secret), client_secret: clientSecret }, 201)
  },
)

secrets.openapi(
  createRoute({
    method: 'get',
    path: '/secrets',
    operationId: 'listSecrets',
    tags: ['Secrets'],
    summary: 'List live secrets',
    description: 'Names, times and last use of the secrets that work now; never a value.',
    ...guarded('apps:read'),
    request: { params: appPath },
    responses: { 200: jsonAnswer('All of them.', secretList), ...problems('insufficient-scope', 'not-found') },
  }),
  async (c) => {
    const app = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
    const live = await listLiveSecrets(c.env.DB, app.clientId, currentTime())
    return c.json({ items: live.map(toSecretBody), next_cursor: null }, 200)
  },
)

secrets.openapi(
  createRoute({
    method: 'delete',
    path: '/secrets/{id}',
    operationId: 'deleteSecret',
    tags: ['Secrets'],
    summary: 'Delete a secret',
    description: 'It stops working at the next request. Grants stay.',
    ...guarded('secrets:write'),
    request: { params: secretPath },
    responses: {
      204: { description: 'The secret is deleted.' },
      ...problems(...CHANGE_PROBLEMS),
    },
  }),
  async (c) => {
    const { client_id: clientId, id } = c.req.valid('param')
    await deleteSecret(actionContext(c), clientId, id)
    return c.body(null, 204)
  },
)

function toSecretBody(secret: AppSecret) {
  return toSnakeKeys(secretBody, secret)
}
