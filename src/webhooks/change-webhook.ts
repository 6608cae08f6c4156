import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { type AuditEventName, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf } from '../lib/d1.ts'
import { utf8 } from '../lib/encoding.ts'
import { randomId } from '../lib/random.ts'
import { wrap } from '../lib/wrapping.ts'
import { deleteDeliveriesStatement } from './deliveries-store.ts'
import { newWebhookSecret } from './signature.ts'
import { FORMER_SECRET_SECONDS, hostOf, type Webhook } from './webhook.ts'
import { wrapUrl } from './webhook-url.ts'
import {
  deleteWebhookStatement,
  insertWebhookStatement,
  replaceSecretStatement,
  updateWebhookStatement,
} from './webhooks-store.ts'

/** By whom, and what wraps the secret. The role was checked; everything here is audited in the batch that changes. */
interface ActingBy {
  db: D1Database
  actor: string
  keyWrappingSecrets: readonly string[]
}

export interface NewWebhook {
  webhook: Webhook
  /** Shown once. */
  secret: string
}

/** Its own creation is the first event that it is told. Undefined: the organization has as many as it may. */
export async function createWebhook(
  acting: ActingBy,
  { url, ...wanted }: { organizationId: string; url: string; events: Webhook['events'] },
  now: EpochSeconds,
): Promise<NewWebhook | undefined> {
  const before = { state: 'unconfirmed', problem: null, failingSince: null, failing: 0 } as const
  const webhook: Webhook = { id: randomId('whk'), ...wanted, url, createdAt: now, ...before }
  const secret = newWebhookSecret()
  const wrapped = {
    url: await wrapUrl(webhook.id, url, acting.keyWrappingSecrets),
    secret: await wrapSecret(acting, webhook.id, secret),
  }
  const inserted = await write(
    acting,
    insertWebhookStatement(acting.db, webhook, wrapped),
    'webhook.created',
    webhook,
    now,
  )
  return inserted ? { webhook, secret } : undefined
}

/** `newUrl`: another than it has, which has to answer a challenge before it is told anything. */
export async function changeWebhook(
  acting: ActingBy,
  webhook: Webhook,
  { newUrl }: { newUrl: string | null },
  now: EpochSeconds,
): Promise<void> {
  const wrapped = newUrl === null ? null : await wrapUrl(webhook.id, newUrl, acting.keyWrappingSecrets)
  await write(acting, updateWebhookStatement(acting.db, webhook, wrapped), 'webhook.updated', webhook, now)
}

/**
 * The former ones sign beside it, each until its own end. Undefined: so many sign already that one more would not fit,
 * or the webhook was deleted meanwhile.
 */
export async function createWebhookSecret(
  acting: ActingBy,
  webhook: Webhook,
  now: EpochSeconds,
): Promise<string | undefined> {
  const secret = newWebhookSecret()
  const wrapped = await wrapSecret(acting, webhook.id, secret)
  const replace = replaceSecretStatement(acting.db, webhook.id, wrapped, now + FORMER_SECRET_SECONDS, now)
  return (await write(acting, replace, 'webhook.secret_created', webhook, now)) ? secret : undefined
}

function wrapSecret({ keyWrappingSecrets }: ActingBy, id: string, secret: string): Promise<string> {
  return wrap({ purpose: 'webhook_secret', id }, utf8(secret), keyWrappingSecrets)
}

/** What it has not been told is not told any more. */
export async function deleteWebhook(acting: ActingBy, webhook: Webhook, now: EpochSeconds): Promise<void> {
  const deleteIt = deleteWebhookStatement(acting.db, webhook.id)
  await write(acting, deleteIt, 'webhook.deleted', webhook, now, [deleteDeliveriesStatement(acting.db, webhook.id)])
}

async function write(
  { db, actor }: ActingBy,
  change: D1PreparedStatement,
  name: AuditEventName,
  webhook: Webhook,
  at: EpochSeconds,
  after: readonly D1PreparedStatement[] = [],
): Promise<boolean> {
  const { organizationId } = webhook
  const event = newAuditEvent({ event: name, at, actor, organizationId, reason: hostOf(webhook) })
  const [changed] = await batch(db, [change, auditIfChangedStatement(db, event), ...after])
  return changesOf(changed) > 0
}
