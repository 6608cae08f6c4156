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
import { checkAct } from '../../kit/acts.ts'
import type { Asker } from '../../kit/asker.ts'
import { formatCursor, type Listed, parseCursor, toPage } from '../../kit/pagination.ts'
import { requirePermission } from '../actions.ts'
import type { deliveriesQuery, newWebhook, webhookChange } from './schemas.ts'

export async function listWebhooks(asker: Asker, organizationId: string): Promise<Webhook[]> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  return opened.listWebhooks(openingOf(asker), organizationId)
}

export async function getWebhook(asker: Asker, organizationId: string, webhookId: string): Promise<Webhook> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  const webhook = await opened.findWebhook(openingOf(asker), organizationId, webhookId)
  if (!webhook) throw noWebhook()
  return webhook
}

/** It takes the audit log out of our hands for good, so it needs what a secret needs. */
export async function createWebhook(
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
  asker.waitUntil(challengeBehindAnswer(asker, created.webhook))
  return created
}

export async function changeWebhook(
  asker: Asker,
  organizationId: string,
  webhookId: string,
  { url, events }: z.output<typeof webhookChange>,
): Promise<Webhook> {
  const current = await getWebhook(asker, organizationId, webhookId)
  const now = currentTime()
  checkAct(asker.caller, 'changeWebhook')
  const newUrl = url === undefined || url === current.url ? null : url
  const changed = { ...current, ...(newUrl && movedTo(newUrl)), events: events === undefined ? current.events : events }
  await change.changeWebhook(deedOf(asker), changed, { newUrl }, now)
  if (newUrl !== null) asker.waitUntil(challengeBehindAnswer(asker, changed))
  return changed
}

/** Who is at another address has not said yet that it wants to be told. */
function movedTo(url: string) {
  return { url, state: 'unconfirmed', problem: null, failingSince: null } as const
}

/** Asks the endpoint once more whether it is there; when it answers, what waits is on its way. */
export async function challengeWebhook(asker: Asker, organizationId: string, webhookId: string): Promise<Webhook> {
  const webhook = await getWebhook(asker, organizationId, webhookId)
  checkAct(asker.caller, 'challengeWebhook')
  if ((await challenge(asker, webhook)) === 'busy') throw tooManyPosts()
  return getWebhook(asker, organizationId, webhookId)
}

function challenge({ env, caller }: Asker, { id }: Webhook): Promise<challenges.ChallengeOutcome> {
  return challenges.challengeWebhook(env, id, caller.accountId, currentTime())
}

/** The first one does not keep the answer waiting, which shows the secret that it is signed with. */
async function challengeBehindAnswer(asker: Asker, webhook: Webhook): Promise<void> {
  try {
    if ((await challenge(asker, webhook)) === 'answered') await queueWhatBecameDue(asker.env, currentTime())
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

export async function createWebhookSecret(asker: Asker, organizationId: string, webhookId: string): Promise<string> {
  const webhook = await getWebhook(asker, organizationId, webhookId)
  const now = currentTime()
  checkAct(asker.caller, 'createWebhookSecret')
  const secret = await change.createNewSecret(deedOf(asker), webhook, now)
  if (secret !== undefined) return secret
  await getWebhook(asker, organizationId, webhookId)
  throw new ApiError(
    'conflict',
    `The ${MAX_FORMER_SECRETS} secrets before this one sign still, each for 24 hours from when it was replaced: wait until the first of them has ended.`,
  )
}

export async function deleteWebhook(asker: Asker, organizationId: string, webhookId: string): Promise<void> {
  const webhook = await getWebhook(asker, organizationId, webhookId)
  checkAct(asker.caller, 'deleteWebhook')
  await change.deleteWebhook(deedOf(asker), webhook, currentTime())
}

export async function listWebhookDeliveries(
  asker: Asker,
  { organizationId, id }: Webhook,
  { state, cursor, limit }: z.output<typeof deliveriesQuery>,
): Promise<Listed<Delivery>> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  const before = cursor === undefined ? null : toPosition(cursor)
  const found = await listDeliveries(asker.env.DB, id, { state: state ?? null, before, limit: limit + 1 })
  const { items, next } = toPage(found, limit)
  return { items, nextCursor: next && formatCursor([next.createdAt, next.eventId]) }
}

function toPosition(cursor: string): DeliveryPosition {
  const [createdAt, eventId] = parseCursor(cursor)
  return { createdAt, eventId }
}

/** It leaves behind the answer, with whatever else is due. */
export async function resendWebhookDelivery(
  asker: Asker,
  organizationId: string,
  { webhookId, eventId }: { webhookId: string; eventId: string },
): Promise<void> {
  const webhook = await getWebhook(asker, organizationId, webhookId)
  const due = await sendAgain(asker.env.DB, webhook.id, eventId, currentTime())
  if (!due) throw new ApiError('not-found', 'There is no such delivery; they are kept for 30 days.')
}

function openingOf({ env, config }: Asker) {
  return { db: env.DB, keyWrappingSecrets: config.keyWrappingSecrets }
}

function deedOf({ env, config, caller }: Asker) {
  return { db: env.DB, actor: caller.accountId, keyWrappingSecrets: config.keyWrappingSecrets }
}

function noWebhook(): ApiError {
  return new ApiError('not-found', 'There is no such webhook.')
}
