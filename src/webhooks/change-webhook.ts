import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { type AuditEventName, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { utf8 } from '../lib/encoding.ts'
import { randomId } from '../lib/random.ts'
import { reach } from '../lib/storage.ts'
import { wrap } from '../lib/wrapping.ts'
import { deleteDeliveriesStatement } from './deliveries-store.ts'
import { newWebhookSecret } from './signature.ts'
import { FORMER_SECRET_SECONDS, type Webhook } from './webhook.ts'
import {
  deleteWebhookStatement,
  insertWebhookStatement,
  replaceSecretStatement,
  updateWebhookStatement,
} from './webhooks-store.ts'

/** By whom, and what wraps the secret. The role was checked; everything here is audited in the batch that changes. */
interface Deed {
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
  deed: Deed,
  wanted: Pick<Webhook, 'organizationId' | 'url' | 'events'>,
  now: EpochSeconds,
): Promise<NewWebhook | undefined> {
  const webhook: Webhook = { id: randomId('whk'), ...wanted, createdAt: now, failing: 0 }
  const secret = newWebhookSecret()
  const wrapped = await wrap({ purpose: 'webhook_secret', id: webhook.id }, utf8(secret), deed.keyWrappingSecrets)
  const inserted = await write(deed, insertWebhookStatement(deed.db, webhook, wrapped), 'webhook.created', webhook, now)
  return inserted ? { webhook, secret } : undefined
}

export async function changeWebhook(deed: Deed, webhook: Webhook, now: EpochSeconds): Promise<void> {
  await write(deed, updateWebhookStatement(deed.db, webhook), 'webhook.updated', webhook, now)
}

/** The former one signs beside it for a day. Undefined: the webhook was deleted meanwhile. */
export async function createNewSecret(deed: Deed, webhook: Webhook, now: EpochSeconds): Promise<string | undefined> {
  const secret = newWebhookSecret()
  const wrapped = await wrap({ purpose: 'webhook_secret', id: webhook.id }, utf8(secret), deed.keyWrappingSecrets)
  const replace = replaceSecretStatement(deed.db, webhook.id, wrapped, now + FORMER_SECRET_SECONDS)
  return (await write(deed, replace, 'webhook.secret_created', webhook, now)) ? secret : undefined
}

/** What it has not been told is not told any more. */
export async function deleteWebhook(deed: Deed, webhook: Webhook, now: EpochSeconds): Promise<void> {
  const deleteIt = deleteWebhookStatement(deed.db, webhook.id)
  await write(deed, deleteIt, 'webhook.deleted', webhook, now, [deleteDeliveriesStatement(deed.db, webhook.id)])
}

async function write(
  { db, actor }: Deed,
  change: D1PreparedStatement,
  name: AuditEventName,
  { organizationId, url }: Webhook,
  at: EpochSeconds,
  after: readonly D1PreparedStatement[] = [],
): Promise<boolean> {
  // The host only: many receivers keep a secret in the rest of the address.
  const event = newAuditEvent({ event: name, at, actor, organizationId, reason: new URL(url).host })
  const [changed] = await reach('D1', () => db.batch([change, auditIfChangedStatement(db, event), ...after]))
  return (changed?.meta.changes ?? 0) > 0
}
