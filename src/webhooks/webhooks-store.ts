import { z } from 'zod'
import { AUDIT_EVENT_NAMES, type AuditEventName } from '../audit/events.ts'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, first, run, statement } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'
import {
  DISABLED_AFTER_FAILURES,
  DISABLED_AFTER_SECONDS,
  MAX_FORMER_SECRETS,
  MAX_WEBHOOKS,
  WEBHOOK_STATES,
  type Webhook,
} from './webhook.ts'

const eventNames = jsonColumn(z.array(z.enum(AUDIT_EVENT_NAMES))).nullable()

/** A webhook whose address is not opened yet. */
export type StoredWebhook = Omit<Webhook, 'url'> & { wrappedUrl: string }

const webhookRow = camelKeys(
  z.object({
    id: z.string(),
    organization_id: z.string(),
    url: z.string(),
    events: eventNames,
    created_at: z.number(),
    state: z.enum(WEBHOOK_STATES),
    problem: z.string().nullable(),
    failing_since: z.number().nullable(),
    failing: z.number(),
  }),
).transform(({ url, ...webhook }) => ({ ...webhook, wrappedUrl: url }))

const WEBHOOKS = `
  SELECT id, organization_id, url, events, created_at, state, problem, failing_since,
         (SELECT count(*) FROM webhook_deliveries
           WHERE webhook_id = webhooks.id AND state != 'delivered' AND failures > 0) AS failing
    FROM webhooks`

/** The oldest first. */
export async function listStoredWebhooks(db: D1Database, organizationId: string): Promise<StoredWebhook[]> {
  return all(db, webhookRow, `${WEBHOOKS} WHERE organization_id = ? ORDER BY created_at, id`, [organizationId])
}

export async function findStoredWebhook(
  db: D1Database,
  organizationId: string,
  id: string,
): Promise<StoredWebhook | undefined> {
  return first(db, webhookRow, `${WEBHOOKS} WHERE organization_id = ? AND id = ?`, [organizationId, id])
}

/** Counted in the statement that writes: inserts nothing beyond the bound. */
export function insertWebhookStatement(
  db: D1Database,
  webhook: Webhook,
  { url, secret }: { url: string; secret: string },
): D1PreparedStatement {
  return statement(
    db,
    `INSERT INTO webhooks (id, organization_id, url, events, secret, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6
      WHERE (SELECT count(*) FROM webhooks WHERE organization_id = ?2) < ${MAX_WEBHOOKS}`,
    [webhook.id, webhook.organizationId, url, toColumn(webhook.events), secret, webhook.createdAt],
  )
}

/** Another address (null: the same) has to answer a challenge before it is told anything. */
export function updateWebhookStatement(
  db: D1Database,
  { id, events }: Pick<Webhook, 'id' | 'events'>,
  wrappedUrl: string | null,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE webhooks SET events = ?3, url = coalesce(?2, url), state = iif(?2 IS NULL, state, 'unconfirmed'),
            problem = iif(?2 IS NULL, problem, NULL), failures = iif(?2 IS NULL, failures, 0),
            failing_since = iif(?2 IS NULL, failing_since, NULL)
      WHERE id = ?1 AND (?2 IS NOT NULL OR events IS NOT ?3)`,
    [id, wrappedUrl, toColumn(events)],
  )
}

/** Those of the former secrets that sign still, at the time that is bound to `?4`. */
const SIGNING_STILL = `(SELECT json_group_array(json(value)) FROM json_each(former_secrets) WHERE value ->> 'until' > ?4)`

/** The former secrets sign on, each until its own end. Changes nothing when there are too many of them. */
export function replaceSecretStatement(
  db: D1Database,
  id: string,
  secret: string,
  formerUntil: EpochSeconds,
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE webhooks SET secret = ?2,
            former_secrets = json_insert(${SIGNING_STILL}, '$[#]', json_object('secret', secret, 'until', ?3))
      WHERE id = ?1 AND json_array_length(${SIGNING_STILL}) < ${MAX_FORMER_SECRETS}`,
    [id, secret, formerUntil, now],
  )
}

export function deleteWebhookStatement(db: D1Database, id: string): D1PreparedStatement {
  return statement(db, 'DELETE FROM webhooks WHERE id = ?', [id])
}

function toColumn(events: readonly AuditEventName[] | null): string | null {
  return events && JSON.stringify(events)
}

/** Where to send, and what signs: all of it wrapped, the present secret first, and the former ones that sign too. */
export interface StoredDestination {
  id: string
  organizationId: string
  wrappedUrl: string
  secrets: readonly string[]
}

const destinationRow = camelKeys(
  z.object({
    id: z.string(),
    organization_id: z.string(),
    url: z.string(),
    secret: z.string(),
    former_secrets: jsonColumn(z.array(z.object({ secret: z.string(), until: z.number() }))),
  }),
).transform(({ url, secret, formerSecrets, ...destination }) => ({
  ...destination,
  wrappedUrl: url,
  // The newest first, as their ends are.
  secrets: [secret, ...formerSecrets.map((former) => former.secret).reverse()],
}))

export async function findStoredDestination(
  db: D1Database,
  id: string,
  now: EpochSeconds,
): Promise<StoredDestination | undefined> {
  return first(
    db,
    destinationRow,
    `SELECT id, organization_id, url, secret,
            (SELECT json_group_array(json(value)) FROM json_each(former_secrets) WHERE value ->> 'until' > ?2)
              AS former_secrets
       FROM webhooks WHERE id = ?1`,
    [id, now],
  )
}

/** The same secret, wrapped anew; one that was replaced meanwhile stays replaced. */
export async function rewrapSecret(db: D1Database, id: string, wrapped: string, rewrapped: string): Promise<void> {
  await run(db, 'UPDATE webhooks SET secret = ?3 WHERE id = ?1 AND secret = ?2', [id, wrapped, rewrapped])
}

/** The same address, wrapped anew; one that was changed meanwhile stays changed. */
export async function rewrapUrl(db: D1Database, id: string, stored: string, rewrapped: string): Promise<void> {
  await run(db, 'UPDATE webhooks SET url = ?3 WHERE id = ?1 AND url = ?2', [id, stored, rewrapped])
}

/** For the address that answered, and no other: it may have been changed meanwhile. */
export function confirmWebhookStatement(db: D1Database, id: string, wrappedUrl: string): D1PreparedStatement {
  return statement(
    db,
    `UPDATE webhooks SET state = 'enabled', problem = NULL, failures = 0, failing_since = NULL
      WHERE id = ?1 AND url = ?2 AND state != 'enabled'`,
    [id, wrappedUrl],
  )
}

export async function noteChallengeProblem(
  db: D1Database,
  id: string,
  wrappedUrl: string,
  problem: string,
): Promise<void> {
  await run(db, 'UPDATE webhooks SET problem = ?3 WHERE id = ?1 AND url = ?2', [id, wrappedUrl, problem])
}

/** For the place right after an outcome that counts. An attempt arrived: what failed before it is no streak any more. */
export function endStreakStatement(db: D1Database, id: string): D1PreparedStatement {
  return statement(
    db,
    'UPDATE webhooks SET failures = 0, failing_since = NULL WHERE changes() > 0 AND id = ? AND failing_since IS NOT NULL',
    [id],
  )
}

/** For the same place. An attempt failed. */
export function countFailureStatement(db: D1Database, id: string, now: EpochSeconds): D1PreparedStatement {
  return statement(
    db,
    `UPDATE webhooks SET failures = failures + 1, failing_since = coalesce(failing_since, ?2)
      WHERE changes() > 0 AND id = ?1`,
    [id, now],
  )
}

/** Changes a webhook of which too many attempts failed in a row. */
export function disableFailingStatement(db: D1Database, id: string, now: EpochSeconds): D1PreparedStatement {
  return statement(
    db,
    `UPDATE webhooks SET state = 'disabled' WHERE id = ?1 AND state = 'enabled'
        AND failures >= ${DISABLED_AFTER_FAILURES} AND failing_since <= ?2 - ${DISABLED_AFTER_SECONDS}`,
    [id, now],
  )
}
