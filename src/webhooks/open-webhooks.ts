import type { EpochSeconds } from '../lib/clock.ts'
import { unwrap } from '../lib/wrapping.ts'
import type { Webhook } from './webhook.ts'
import { openUrl } from './webhook-url.ts'
import {
  findStoredDestination,
  findStoredWebhook,
  listStoredWebhooks,
  rewrapSecret,
  rewrapUrl,
  type StoredDestination,
  type StoredWebhook,
} from './webhooks-store.ts'

/** Where they are, and what opens them. */
export interface Opening {
  db: D1Database
  keyWrappingSecrets: readonly string[]
}

/** The oldest first. */
export async function listWebhooks(opening: Opening, organizationId: string): Promise<Webhook[]> {
  const stored = await listStoredWebhooks(opening.db, organizationId)
  return Promise.all(stored.map((webhook) => open(opening, webhook)))
}

export async function findWebhook(opening: Opening, organizationId: string, id: string): Promise<Webhook | undefined> {
  const stored = await findStoredWebhook(opening.db, organizationId, id)
  return stored && open(opening, stored)
}

async function open(opening: Opening, { wrappedUrl, ...webhook }: StoredWebhook): Promise<Webhook> {
  const opened = await openStoredUrl(opening, webhook.id, wrappedUrl)
  return { ...webhook, url: opened?.url ?? null }
}

/** Where to send, and what signs: the present secret first. */
export interface Destination {
  id: string
  organizationId: string
  url: string
  /** As it is stored now, so that what was learnt of this address is not written of another. */
  wrappedUrl: string
  secrets: readonly string[]
}

/** A reason is a sentence for the administrators. Undefined: there is no such webhook. */
export async function openDestination(
  opening: Opening,
  id: string,
  now: EpochSeconds,
): Promise<Destination | { reason: string; wrappedUrl: string } | undefined> {
  const stored = await findStoredDestination(opening.db, id, now)
  if (!stored) return undefined
  const { organizationId, wrappedUrl } = stored
  const opened = await openStoredUrl(opening, id, wrappedUrl)
  if (!opened) return { reason: 'Its address cannot be opened any more; give it anew.', wrappedUrl }
  const secrets = await openSecrets(opening, stored)
  if (!secrets) return { reason: 'Its secret cannot be opened any more; create a new one.', wrappedUrl }
  return { id, organizationId, url: opened.url, wrappedUrl: opened.stored, secrets }
}

async function openStoredUrl({ db, keyWrappingSecrets }: Opening, id: string, stored: string) {
  const opened = await openUrl(id, stored, keyWrappingSecrets)
  if (!opened) return undefined
  if (opened.rewrapped) await rewrapUrl(db, id, stored, opened.rewrapped)
  return { url: opened.url, stored: opened.rewrapped ?? stored }
}

/** The present secret must open; a former one that does not is past signing anyway. */
async function openSecrets(
  { db, keyWrappingSecrets }: Opening,
  { id, secrets: wrapped }: StoredDestination,
): Promise<string[] | undefined> {
  const [present, ...former] = await Promise.all(
    wrapped.map((secret) => unwrap({ purpose: 'webhook_secret', id }, secret, keyWrappingSecrets)),
  )
  if (!present) return undefined
  if (present.rewrapped) await rewrapSecret(db, id, wrapped[0]!, present.rewrapped)
  const opened = [present, ...former.filter((secret) => secret !== undefined)]
  return opened.map(({ bytes }) => new TextDecoder().decode(bytes))
}
