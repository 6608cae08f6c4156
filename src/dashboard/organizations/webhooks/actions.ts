import type { z } from '@hono/zod-openapi'
import { ApiError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import { StorageUnavailable } from '../../../lib/storage.ts'
import * as challenges from '../../../webhooks/challenge.ts'
import * as change from '../../../webhooks/change-webhook.ts'
import { type DeliveryPosition, listDeliveries, sendAgain } from '../../../webhooks/deliveries-store.ts'
import * as opened from '../../../webhooks/open-webhooks.ts'
import { nextMinuteAt } from '../../../webhooks/posts-store.ts'
import { queueWhatBecameDue } from '../../../webhooks/queue-deliveries.ts'
import { type Delivery, MAX_FORMER_SECRETS, MAX_WEBHOOKS, type Webhook } from '../../../webhooks/webhook.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { checkAct } from '../../kit/acts.ts'
import { formatCursor, type Listed, parseCursor, toPage } from '../../kit/pagination.ts'
import { requirePermission } from '../actions.ts'
import type { deliveriesQuery, newWebhook, webhookChange } from './schemas.ts'

export async function listWebhooks(context: ActionContext, organizationId: string): Promise<Webhook[]> {
  requirePermission(context, organizationId, 'manage-webhooks')
  return opened.listWebhooks(openingOf(context), organizationId)
}

export async function getWebhook(context: ActionContext, organizationId: string, webhookId: string): Promise<Webhook> {
  requirePermission(context, organizationId, 'manage-webhooks')
  const webhook = await opened.findWebhook(openingOf(context), organizationId, webhookId)
  if (!webhook) throw noWebhook()
  return webhook
}

/** It takes the audit log out of our hands for good, so it needs what a secret needs. */
export async function createWebhook(
  context: ActionContext,
  organizationId: string,
  { url, events }: z.output<typeof newWebhook>,
): Promise<change.NewWebhook> {
  requirePermission(context, organizationId, 'manage-webhooks')
  const now = currentTime()
  checkAct(context.caller, 'createWebhook')
  const created = await change.createWebhook(actingBy(context), { organizationId, url, events }, now)
  if (!created)
    throw new ApiError('conflict', `An organization has at most ${MAX_WEBHOOKS} webhooks: delete one first.`)
  context.waitUntil(challengeBehindAnswer(context, created.webhook))
  return created
}

export async function changeWebhook(
  context: ActionContext,
  organizationId: string,
  webhookId: string,
  { url, events }: z.output<typeof webhookChange>,
): Promise<Webhook> {
  const current = await getWebhook(context, organizationId, webhookId)
  const now = currentTime()
  checkAct(context.caller, 'changeWebhook')
  const newUrl = url === undefined || url === current.url ? null : url
  const changed = { ...current, ...(newUrl && movedTo(newUrl)), events: events === undefined ? current.events : events }
  await change.changeWebhook(actingBy(context), changed, { newUrl }, now)
  if (newUrl !== null) context.waitUntil(challengeBehindAnswer(context, changed))
  return changed
}

/** Who is at another address has not said yet that it wants to be told. */
function movedTo(url: string) {
  return { url, state: 'unconfirmed', problem: null, failingSince: null } as const
}

/** Asks the endpoint once more whether it is there; when it answers, what waits is on its way. */
export async function challengeWebhook(
  context: ActionContext,
  organizationId: string,
  webhookId: string,
): Promise<Webhook> {
  const webhook = await getWebhook(context, organizationId, webhookId)
  checkAct(context.caller, 'challengeWebhook')
  if ((await challenge(context, webhook)) === 'busy') throw tooManyPosts()
  return getWebhook(context, organizationId, webhookId)
}

function challenge({ env, caller }: ActionContext, { id }: Webhook): Promise<challenges.ChallengeOutcome> {
  return challenges.challengeWebhook(env, id, caller.accountId, currentTime())
}

/** The first one does not keep the answer waiting, which shows the secret that it is signed with. */
async function challengeBehindAnswer(context: ActionContext, webhook: Webhook): Promise<void> {
  try {
    if ((await challenge(context, webhook)) === 'answered') await queueWhatBecameDue(context.env, currentTime())
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error
    console.error(`a challenge was not sent: ${error.message}`)
  }
}

function tooManyPosts(): ApiError {
  const now = currentTime()
  const detail = 'The webhooks of the organization sent as many messages in this minute as they may.'
  return new ApiError('too-many-requests', detail, [], { 'Retry-After': String(nextMinuteAt(now) - now) })
}

export async function createWebhookSecret(
  context: ActionContext,
  organizationId: string,
  webhookId: string,
): Promise<string> {
  const webhook = await getWebhook(context, organizationId, webhookId)
  const now = currentTime()
  checkAct(context.caller, 'createWebhookSecret')
  const secret = await change.createWebhookSecret(actingBy(context), webhook, now)
  if (secret !== undefined) return secret
  await getWebhook(context, organizationId, webhookId)
  throw new ApiError(
    'conflict',
    `The ${MAX_FORMER_SECRETS} secrets before this one sign still, each for 24 hours from when it was replaced: wait until the first of them has ended.`,
  )
}

export async function deleteWebhook(context: ActionContext, organizationId: string, webhookId: string): Promise<void> {
  const webhook = await getWebhook(context, organizationId, webhookId)
  checkAct(context.caller, 'deleteWebhook')
  await change.deleteWebhook(actingBy(context), webhook, currentTime())
}

export async function listWebhookDeliveries(
  context: ActionContext,
  { organizationId, id }: Webhook,
  { state, cursor, limit }: z.output<typeof deliveriesQuery>,
): Promise<Listed<Delivery>> {
  requirePermission(context, organizationId, 'manage-webhooks')
  const before = cursor === undefined ? null : toPosition(cursor)
  const found = await listDeliveries(context.env.DB, id, { state: state ?? null, before, limit: limit + 1 })
  const { items, next } = toPage(found, limit)
  return { items, nextCursor: next && formatCursor([next.createdAt, next.eventId]) }
}

function toPosition(cursor: string): DeliveryPosition {
  const [createdAt, eventId] = parseCursor(cursor)
  return { createdAt, eventId }
}

/** It leaves behind the answer, with whatever else is due. */
export async function resendWebhookDelivery(
  context: ActionContext,
  organizationId: string,
  { webhookId, eventId }: { webhookId: string; eventId: string },
): Promise<void> {
  const webhook = await getWebhook(context, organizationId, webhookId)
  const due = await sendAgain(context.env.DB, webhook.id, eventId, currentTime())
  if (!due) throw new ApiError('not-found', 'There is no such delivery; they are kept for 30 days.')
}

function openingOf({ env, config }: ActionContext) {
  return { db: env.DB, keyWrappingSecrets: config.keyWrappingSecrets }
}

function actingBy({ env, config, caller }: ActionContext) {
  return { db: env.DB, actor: caller.accountId, keyWrappingSecrets: config.keyWrappingSecrets }
}

function noWebhook(): ApiError {
  return new ApiError('not-found', 'There is no such webhook.')
}
