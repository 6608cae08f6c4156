import { z } from 'zod'
import { AUDIT_EVENTS, type AuditEventName } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
import { MAX_WEBHOOKS, type Webhook } from './webhook.ts'

const eventNames = jsonColumn(z.array(z.enum(AUDIT_EVENTS))).nullable()

const webhookRow = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    url: z.string(),
    events: eventNames,
    created_at: z.number(),
    failing: z.number(),
  })
  .transform(
    (row): Webhook => ({
      id: row.id,
      organizationId: row.organization_id,
      url: row.url,
      events: row.events,
      createdAt: row.created_at,
      failing: row.failing,
    }),
  )

const WEBHOOKS = `
  SELECT id, organization_id, url, events, created_at,
         (SELECT count(*) FROM webhook_deliveries
           WHERE webhook_id = webhooks.id AND state != 'delivered' AND failures > 0) AS failing
    FROM webhooks`

/** The oldest first. */
export async function listWebhooks(db: D1Database, organizationId: string): Promise<Webhook[]> {
  const statement = db.prepare(`${WEBHOOKS} WHERE organization_id = ? ORDER BY created_at, id`).bind(organizationId)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => webhookRow.parse(row))
}

export async function findWebhook(db: D1Database, organizationId: string, id: string): Promise<Webhook | undefined> {
  const statement = db.prepare(`${WEBHOOKS} WHERE organization_id = ? AND id = ?`).bind(organizationId, id)
  const row = await reach('D1', () => statement.first())
  return row ? webhookRow.parse(row) : undefined
}

/** Counted in the statement that writes: inserts nothing beyond the bound. */
export function insertWebhookStatement(db: D1Database, webhook: Webhook, secret: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO webhooks (id, organization_id, url, events, secret, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6
        WHERE (SELECT count(*) FROM webhooks WHERE organization_id = ?2) < ${MAX_WEBHOOKS}`,
    )
    .bind(webhook.id, webhook.organizationId, webhook.url, toColumn(webhook.events), secret, webhook.createdAt)
}

export function updateWebhookStatement(
  db: D1Database,
  { id, url, events }: Pick<Webhook, 'id' | 'url' | 'events'>,
): D1PreparedStatement {
  return db
    .prepare('UPDATE webhooks SET url = ?2, events = ?3 WHERE id = ?1 AND (url != ?2 OR events IS NOT ?3)')
    .bind(id, url, toColumn(events))
}

/** The former secret signs on for a while. */
export function replaceSecretStatement(
  db: D1Database,
  id: string,
  secret: string,
  formerUntil: EpochSeconds,
): D1PreparedStatement {
  return db
    .prepare('UPDATE webhooks SET former_secret = secret, former_until = ?3, secret = ?2 WHERE id = ?1')
    .bind(id, secret, formerUntil)
}

export function deleteWebhookStatement(db: D1Database, id: string): D1PreparedStatement {
  return db.prepare('DELETE FROM webhooks WHERE id = ?').bind(id)
}

function toColumn(events: readonly AuditEventName[] | null): string | null {
  return events && JSON.stringify(events)
}

/** Where to send, and what signs, wrapped: the present secret, and the former one while it signs too. */
export interface Destination {
  organizationId: string
  url: string
  secrets: readonly string[]
}

const destinationRow = z
  .object({ organization_id: z.string(), url: z.string(), secret: z.string(), former_secret: z.string().nullable() })
  .transform(
    (row): Destination => ({
      organizationId: row.organization_id,
      url: row.url,
      secrets: row.former_secret === null ? [row.secret] : [row.secret, row.former_secret],
    }),
  )

export async function findDestination(db: D1Database, id: string, now: EpochSeconds): Promise<Destination | undefined> {
  const statement = db
    .prepare(
      `SELECT organization_id, url, secret, iif(former_until > ?2, former_secret, NULL) AS former_secret
         FROM webhooks WHERE id = ?1`,
    )
    .bind(id, now)
  const row = await reach('D1', () => statement.first())
  return row ? destinationRow.parse(row) : undefined
}

/** The same secret, wrapped anew; one that was replaced meanwhile stays replaced. */
export async function rewrapSecret(db: D1Database, id: string, wrapped: string, rewrapped: string): Promise<void> {
  const statement = db.prepare('UPDATE webhooks SET secret = ?3 WHERE id = ?1 AND secret = ?2')
  await reach('D1', () => statement.bind(id, wrapped, rewrapped).run())
}
