import { createRoute, z } from '@hono/zod-openapi'
import { toSnakeKeys } from '../../../lib/case.ts'
import type { Delivery, Webhook } from '../../../webhooks/webhook.ts'
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
import {
  challengeWebhook,
  changeWebhook,
  createWebhook,
  createWebhookSecret,
  deleteWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  resendWebhookDelivery,
} from './actions.ts'
import {
  createdWebhook,
  deliveriesQuery,
  deliveryBody,
  deliveryList,
  newSecret,
  newWebhook,
  webhookBody,
  webhookChange,
  webhookList,
} from './schemas.ts'

const webhookPath = organizationPath.extend({
  webhook_id: z.string().max(100).openapi({ description: 'The webhook.', example: 'whk_2b1Qv0aXcD8fGhJkLmNp' }),
})
const deliveryPath = webhookPath.extend({
  event_id: z.string().max(100).openapi({ description: 'The event.', example: 'evt_2b1Qv0aXcD8fGhJkLmNp' }),
})

/** Who is told what happens in an organization, and whether it arrived. */
export const webhooks = newApi()

webhooks.openapi(
  createRoute({
    method: 'get',
    path: '/webhooks',
    operationId: 'listWebhooks',
    tags: ['Webhooks'],
    summary: 'List webhooks',
    description: 'For owners and administrators.',
    ...guarded('audit:read'),
    request: { params: organizationPath },
    responses: { 200: jsonAnswer('All of them.', webhookList), ...problems(...READ_PROBLEMS) },
  }),
  async (c) => {
    const found = await listWebhooks(actionContext(c), c.req.valid('param').organization_id)
    return c.json({ items: found.map(toWebhookBody), next_cursor: null }, 200)
  },
)

webhooks.openapi(
  createRoute({
    method: 'post',
    path: '/webhooks',
    operationId: 'createWebhook',
    tags: ['Webhooks'],
    summary: 'Create a webhook',
    description:
      'For owners and administrators. Each event is sent as `{type, timestamp, data}`, `data` being an AuditEvent with ' +
      'its `organization_id`, and signed as Standard Webhooks describes: verify `webhook-signature`, refuse an old ' +
      '`webhook-timestamp`, and remember `webhook-id`, because a message may come twice and in another order. Answer ' +
      'with 2xx within 10 seconds. Otherwise it is sent again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; 410 ' +
      'ends that. First of all comes `webhook.challenge`, with no `organization_id`: answer it with `data.challenge`, as ' +
      'text or as `{"challenge": …}`. Until then everything else waits, for 30 days at most. By session: sign in anew first.',
    ...guarded('webhooks:write', readJsonBody),
    request: { params: organizationPath, body: jsonBody('Where, and what.', newWebhook) },
    responses: {
      201: jsonAnswer('The webhook and, once, its secret.', createdWebhook),
      ...problems(...CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'sign-in-too-old', 'conflict'),
    },
  }),
  async (c) => {
    const { organization_id: organizationId } = c.req.valid('param')
    const { webhook, secret } = await createWebhook(actionContext(c), organizationId, c.req.valid('json'))
    return c.json({ ...toWebhookBody(webhook), secret }, 201)
  },
)

webhooks.openapi(
  createRoute({
    method: 'get',
    path: '/webhooks/{webhook_id}',
    operationId: 'getWebhook',
    tags: ['Webhooks'],
    summary: 'Show a webhook',
    description: 'For owners and administrators.',
    ...guarded('audit:read'),
    request: { params: webhookPath },
    responses: { 200: jsonAnswer('The webhook.', webhookBody), ...problems(...READ_PROBLEMS) },
  }),
  async (c) => {
    const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
    return c.json(toWebhookBody(await getWebhook(actionContext(c), organizationId, id)), 200)
  },
)

webhooks.openapi(
  createRoute({
    method: 'patch',
    path: '/webhooks/{webhook_id}',
    operationId: 'changeWebhook',
    tags: ['Webhooks'],
    summary: 'Change a webhook',
    description:
      'For owners and administrators. Another address is sent a challenge, and told nothing until it answers. ' +
      'By session: sign in anew first.',
    ...guarded('webhooks:write', readJsonBody),
    request: { params: webhookPath, body: jsonBody('What changes.', webhookChange) },
    responses: {
      200: jsonAnswer('The webhook as it is now.', webhookBody),
      ...problems(...CHANGE_PROBLEMS, ...BODY_PROBLEMS, 'sign-in-too-old'),
    },
  }),
  async (c) => {
    const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
    return c.json(toWebhookBody(await changeWebhook(actionContext(c), organizationId, id, c.req.valid('json'))), 200)
  },
)

webhooks.openapi(
  createRoute({
    method: 'delete',
    path: '/webhooks/{webhook_id}',
    operationId: 'deleteWebhook',
    tags: ['Webhooks'],
    summary: 'Delete a webhook',
    description: 'For owners and administrators. What it was not told yet, it is not told any more.',
    ...guarded('webhooks:write'),
    request: { params: webhookPath },
    responses: { 204: { description: 'It is deleted.' }, ...problems(...CHANGE_PROBLEMS) },
  }),
  async (c) => {
    const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
    await deleteWebhook(actionContext(c), organizationId, id)
    return c.body(null, 204)
  },
)

webhooks.openapi(
  createRoute({
    method: 'post',
    path: '/webhooks/{webhook_id}/secret',
    operationId: 'createWebhookSecret',
    tags: ['Webhooks'],
    summary: 'Create a new secret',
    description:
      'Messages carry a signature of each former secret for 24 hours after it was replaced, so that the receiver has ' +
      'time to change. At most four former ones sign at a time.',
    ...guarded('webhooks:write'),
    request: { params: webhookPath },
    responses: {
      201: jsonAnswer('The new secret, this once.', newSecret),
      ...problems(...CHANGE_PROBLEMS, 'sign-in-too-old', 'conflict'),
    },
  }),
  async (c) => {
    const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
    return c.json({ secret: await createWebhookSecret(actionContext(c), organizationId, id) }, 201)
  },
)

webhooks.openapi(
  createRoute({
    method: 'post',
    path: '/webhooks/{webhook_id}/challenge',
    operationId: 'challengeWebhook',
    tags: ['Webhooks'],
    summary: 'Send the challenge again',
    description:
      'For owners and administrators. Sends one `webhook.challenge` and waits for the answer, for 10 seconds at most. With ' +
      'the challenge in it, a webhook that was `unconfirmed` or `disabled` is `enabled`, and what waits is sent; otherwise ' +
      '`problem` says what was wrong.',
    ...guarded('webhooks:write'),
    request: { params: webhookPath },
    responses: {
      200: jsonAnswer('The webhook as it is now.', webhookBody),
      ...problems(...CHANGE_PROBLEMS, 'too-many-requests'),
    },
  }),
  async (c) => {
    const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
    return c.json(toWebhookBody(await challengeWebhook(actionContext(c), organizationId, id)), 200)
  },
)

webhooks.openapi(
  createRoute({
    method: 'get',
    path: '/webhooks/{webhook_id}/deliveries',
    operationId: 'listWebhookDeliveries',
    tags: ['Webhooks'],
    summary: 'List deliveries',
    description: 'What the webhook was told and is to be told, for owners and administrators.',
    ...guarded('audit:read'),
    request: { params: webhookPath, query: deliveriesQuery },
    responses: { 200: jsonAnswer('One page.', deliveryList), ...problems(...READ_PROBLEMS, 'invalid-request') },
  }),
  async (c) => {
    const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
    const webhook = await getWebhook(actionContext(c), organizationId, id)
    const { items, nextCursor } = await listWebhookDeliveries(actionContext(c), webhook, c.req.valid('query'))
    return c.json({ items: items.map(toDeliveryBody), next_cursor: nextCursor }, 200)
  },
)

webhooks.openapi(
  createRoute({
    method: 'post',
    path: '/webhooks/{webhook_id}/deliveries/{event_id}/resend',
    operationId: 'resendWebhookDelivery',
    tags: ['Webhooks'],
    summary: 'Send it again',
    description:
      'Now, whether it arrived, failed or waits, under the same `webhook-id`. While the webhook is not `enabled`, it waits.',
    ...guarded('webhooks:write'),
    request: { params: deliveryPath },
    responses: { 202: { description: 'It is on its way.' }, ...problems(...CHANGE_PROBLEMS) },
  }),
  async (c) => {
    const { organization_id: organizationId, webhook_id: webhookId, event_id: eventId } = c.req.valid('param')
    await resendWebhookDelivery(actionContext(c), organizationId, { webhookId, eventId })
    return c.body(null, 202)
  },
)

function toWebhookBody(webhook: Webhook) {
  return toSnakeKeys(webhookBody, webhook)
}

function toDeliveryBody(delivery: Delivery) {
  return toSnakeKeys(deliveryBody, delivery)
}
