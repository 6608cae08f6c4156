import type { z } from '@hono/zod-openapi'
import { ApiError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import { StorageUnavailable } from '../../../lib/storage.ts'
import { type ChallengeOutcome, challengeWebhook } from '../../../webhooks/challenge.ts'
import * as change from '../../../webhooks/change-webhook.ts'
import { type DeliveryPosition, listDeliveries, sendAgain } from '../../../webhooks/deliveries-store.ts'
import { findWebhook, listWebhooks } from '../../../webhooks/open-webhooks.ts'
import { nextMinuteAt } from '../../../webhooks/posts-store.ts'
import { queueWhatBecameDue } from '../../../webhooks/queue-deliveries.ts'
import {
  type Delivery,
  type DeliveryState,
  MAX_FORMER_SECRETS,
  MAX_WEBHOOKS,
  type Webhook,
} from '../../../webhooks/webhook.ts'
import { checkAct } from '../../kit/acts.ts'
import type { Asker } from '../../kit/asker.ts'
import { type Page, toPage } from '../../kit/pagination.ts'
import { requirePermission } from '../actions.ts'
import type { newWebhook, webhookChange } from './schemas.ts'

export async function listWebhooksOf(asker: Asker, organizationId: string): Promise<Webhook[]> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  return listWebhooks(openingOf(asker), organizationId)
}

export async function requireWebhook(asker: Asker, organizationId: string, webhookId: string): Promise<Webhook> {
  requirePermission(asker, organizationId, 'manage-webhooks')
  const webhook = await findWebhook(openingOf(asker), organizationId, webhookId)
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
  asker.waitUntil(challengeBehindAnswer(asker, created.webhook))
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
export async function repeatChallenge(asker: Asker, organizationId: string, webhookId: string): Promise<Webhook> {
  const webhook = await requireWebhook(asker, organizationId, webhookId)
  checkAct(asker.caller, 'challengeWebhook')
  if ((await challenge(asker, webhook)) === 'busy') throw tooManyPosts()
  return requireWebhook(asker, organizationId, webhookId)
}

function challenge({ env, caller }: Asker, { id }: Webhook): Promise<ChallengeOutcome> {
  return challengeWebhook(env, id, caller.accountId, currentTime())
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

export async function renewWebhookSecret(asker: Asker, organizationId: string, webhookId: string): Promise<string> {
  const webhook = await requireWebhook(asker, organizationId, webhookId)
  const now = currentTime()
  checkAct(asker.caller, 'createWebhookSecret')
  const secret = await change.createNewSecret(deedOf(asker), webhook, now)
  if (secret !== undefined) return secret
  await requireWebhook(asker, organizationId, webhookId)
  throw new ApiError(
    'conflict',
    `The ${MAX_FORMER_SECRETS} secrets before this one sign still, each for 24 hours from when it was replaced: wait until the first of them has ended.`,
  )
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

function openingOf({ env, config }: Asker) {
  return { db: env.DB, keyWrappingSecrets: config.keyWrappingSecrets }
}

function deedOf({ env, config, caller }: Asker) {
  return { db: env.DB, actor: caller.accountId, keyWrappingSecrets: config.keyWrappingSecrets }
}

function noWebhook(): ApiError {
  return new ApiError('not-found', 'There is no such webhook.')
}
