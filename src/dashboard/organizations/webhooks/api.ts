import type { Delivery, Webhook } from '../../../webhooks/webhook.ts'
import { askerOf } from '../../kit/asker.ts'
import { formatCursor, parseCursor } from '../../kit/pagination.ts'
import { newApi } from '../../kit/route.ts'
import {
  addWebhook,
  editWebhook,
  listWebhooksOf,
  readDeliveries,
  removeWebhook,
  renewWebhookSecret,
  repeatChallenge,
  requireWebhook,
  resendDelivery,
} from './actions.ts'
import {
  challengeWebhookRoute,
  changeWebhookRoute,
  createWebhookRoute,
  createWebhookSecretRoute,
  deleteWebhookRoute,
  getWebhookRoute,
  listDeliveriesRoute,
  listWebhooksRoute,
  resendDeliveryRoute,
} from './routes.ts'

/** Who is told what happens in an organization, and whether it arrived. */
export const webhooks = newApi()

webhooks.openapi(listWebhooksRoute, async (c) => {
  const found = await listWebhooksOf(askerOf(c), c.req.valid('param').organization_id)
  return c.json({ items: found.map(toWebhookBody), next_cursor: null }, 200)
})

webhooks.openapi(createWebhookRoute, async (c) => {
  const { organization_id: organizationId } = c.req.valid('param')
  const { webhook, secret } = await addWebhook(askerOf(c), organizationId, c.req.valid('json'))
  return c.json({ ...toWebhookBody(webhook), secret }, 201)
})

webhooks.openapi(getWebhookRoute, async (c) => {
  const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
  return c.json(toWebhookBody(await requireWebhook(askerOf(c), organizationId, id)), 200)
})

webhooks.openapi(changeWebhookRoute, async (c) => {
  const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
  return c.json(toWebhookBody(await editWebhook(askerOf(c), organizationId, id, c.req.valid('json'))), 200)
})

webhooks.openapi(deleteWebhookRoute, async (c) => {
  const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
  await removeWebhook(askerOf(c), organizationId, id)
  return c.body(null, 204)
})

webhooks.openapi(createWebhookSecretRoute, async (c) => {
  const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
  return c.json({ secret: await renewWebhookSecret(askerOf(c), organizationId, id) }, 201)
})

webhooks.openapi(challengeWebhookRoute, async (c) => {
  const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
  return c.json(toWebhookBody(await repeatChallenge(askerOf(c), organizationId, id)), 200)
})

webhooks.openapi(listDeliveriesRoute, async (c) => {
  const { organization_id: organizationId, webhook_id: id } = c.req.valid('param')
  const { state, cursor, limit } = c.req.valid('query')
  const webhook = await requireWebhook(askerOf(c), organizationId, id)
  const query = { state: state ?? null, before: toDeliveryPosition(cursor), limit }
  const { items, next } = await readDeliveries(askerOf(c), webhook, query)
  const next_cursor = next && formatCursor([next.createdAt, next.eventId])
  return c.json({ items: items.map(toDeliveryBody), next_cursor }, 200)
})

webhooks.openapi(resendDeliveryRoute, async (c) => {
  const { organization_id: organizationId, webhook_id: webhookId, event_id: eventId } = c.req.valid('param')
  await resendDelivery(askerOf(c), organizationId, { webhookId, eventId })
  return c.body(null, 202)
})

export function toDeliveryPosition(cursor: string | undefined) {
  if (cursor === undefined) return null
  const [createdAt, eventId] = parseCursor(cursor)
  return { createdAt, eventId }
}

function toWebhookBody({ id, url, events, createdAt, state, problem, failingSince, failing }: Webhook) {
  const health = { state, problem, failing_since: failingSince, failing }
  return { id, url, events: events && [...events], created_at: createdAt, ...health }
}

function toDeliveryBody({ eventId, event, state, attempts, createdAt, attemptedAt, ...delivery }: Delivery) {
  return {
    event_id: eventId,
    event,
    state,
    attempts,
    created_at: createdAt,
    attempted_at: attemptedAt,
    next_attempt_at: delivery.nextAttemptAt,
    status: delivery.status,
    reason: delivery.reason,
  }
}
