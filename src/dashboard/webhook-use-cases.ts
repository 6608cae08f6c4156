import type { z } from '@hono/zod-openapi'
import { ApiError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import * as change from '../webhooks/change-webhook.ts'
import { type DeliveryPosition, listDeliveries, sendAgain } from '../webhooks/deliveries-store.ts'
import { type Delivery, type DeliveryState, MAX_WEBHOOKS, type Webhook } from '../webhooks/webhook.ts'
import { findWebhook, listWebhooks } from '../webhooks/webhooks-store.ts'
import { checkAct } from './acts.ts'
import type { Asker } from './app-use-cases.ts'
import { requirePermission } from './organization-use-cases.ts'
import { type Page, toPage } from './pagination.ts'
import type { newWebhook, webhookChange } from './webhook-schemas.ts'

export async function listWebhooksOf(asker: Asker, organizationId: string): Promise<Webhook[]> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  return listWebhooks(asker.env.DB, organizationId)
}

export async function requireWebhook(asker: Asker, organizationId: string, webhookId: string): Promise<Webhook> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  const webhook = await findWebhook(asker.env.DB, organizationId, webhookId)
  if (!webhook) throw noWebhook()
  return webhook
}

/** It takes the audit log out of our hands for good, so it needs what a secret needs. */
export async function addWebhook(
  asker: Asker,
  organizationId: string,
  { url, events }: z.output<typeof newWebhook>,
): Promise<change.NewWebhook> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  const now = currentTime()
  checkAct(asker.caller, 'createWebhook')
  const created = await change.createWebhook(deedOf(asker), { organizationId, url, events }, now)
  if (!created)
    throw new ApiError('conflict', `An organization has at most ${MAX_WEBHOOKS} webhooks: delete one first.`)
  return created
}

export async function editWebhook(
  asker: Asker,
  organizationId: string,
  webhookId: string,
  { url, events }: z.output<typeof webhookChange>,
): Promise<Webhook> {
  const current = await requireWebhook(asker, organizationId, webhookId)
  const now = currentTime()
  checkAct(asker.caller, 'changeWebhook')
  const changed = { ...current, url: url ?? current.url, events: events === undefined ? current.events : events }
  await change.changeWebhook(deedOf(asker), changed, now)
  return changed
}

export async function renewWebhookSecret(asker: Asker, organizationId: string, webhookId: string): Promise<string> {
  const webhook = await requireWebhook(asker, organizationId, webhookId)
  const now = currentTime()
  checkAct(asker.caller, 'createWebhookSecret')
  const secret = await change.createNewSecret(deedOf(asker), webhook, now)
  if (secret === undefined) throw noWebhook()
  return secret
}

export async function removeWebhook(asker: Asker, organizationId: string, webhookId: string): Promise<void> {
  const webhook = await requireWebhook(asker, organizationId, webhookId)
  checkAct(asker.caller, 'deleteWebhook')
  await change.deleteWebhook(deedOf(asker), webhook, currentTime())
}

export async function readDeliveries(
  asker: Asker,
  { organizationId, id }: Webhook,
  query: { state: DeliveryState | null; before: DeliveryPosition | null; limit: number },
): Promise<Page<Delivery, DeliveryPosition>> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  const found = await listDeliveries(asker.env.DB, id, { ...query, limit: query.limit + 1 })
  return toPage(found, query.limit)
}

/** It leaves behind the answer, with whatever else is due. */
export async function resendDelivery(
  asker: Asker,
  organizationId: string,
  { webhookId, eventId }: { webhookId: string; eventId: string },
): Promise<void> {
  const webhook = await requireWebhook(asker, organizationId, webhookId)
  const due = await sendAgain(asker.env.DB, webhook.id, eventId, currentTime())
  if (!due) throw new ApiError('not-found', 'There is no such delivery; they are kept for 30 days.')
}

function deedOf({ env, config, caller }: Asker) {
  return { db: env.DB, actor: caller.accountId, keyWrappingSecrets: config.keyWrappingSecrets }
}

function noWebhook(): ApiError {
  return new ApiError('not-found', 'There is no such webhook.')
}
