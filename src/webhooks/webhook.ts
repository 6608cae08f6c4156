import type { AuditEventName } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'

/**
 * unconfirmed: its endpoint has not answered a challenge yet. disabled: too many attempts failed in a row. Nothing is
 * sent in either; what happens meanwhile waits.
 */
export const WEBHOOK_STATES = ['unconfirmed', 'enabled', 'disabled'] as const
export type WebhookState = (typeof WEBHOOK_STATES)[number]

/** Where an organization is told what happens. The secret that signs is never read with it. */
export interface Webhook {
  id: string
  organizationId: string
  /** Null: none of the wrapping secrets opens it any more, and somebody has to give it anew. */
  url: string | null
  /** Null: every event. */
  events: readonly AuditEventName[] | null
  createdAt: EpochSeconds
  state: WebhookState
  /** What was wrong with the answer to the last challenge; null: nothing, or there was none yet. */
  problem: string | null
  /** Since when every attempt failed; null: the last one arrived. */
  failingSince: EpochSeconds | null
  /** Deliveries that failed the last time and have not arrived since. */
  failing: number
}

export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** One event for one webhook. Its name for the receiver, the `webhook-id`, is that of the event. */
export interface Delivery {
  webhookId: string
  eventId: string
  event: AuditEventName
  state: DeliveryState
  attempts: number
  createdAt: EpochSeconds
  attemptedAt: EpochSeconds | null
  /** Of the next attempt; null: there is none. */
  nextAttemptAt: EpochSeconds | null
  status: number | null
  reason: string | null
}

/** What the queue carries: the next attempt of a delivery. One that somebody else made meanwhile is not made again. */
export interface DeliveryMessage {
  webhookId: string
  eventId: string
  attempt: number
}

export const MAX_WEBHOOKS = 10
/** After a new secret, the former one signs too. */
export const FORMER_SECRET_SECONDS = 24 * 3600
/** So many sign beside the present one at most: each is a signature in every message. */
export const MAX_FORMER_SECRETS = 4
export const DELIVERIES_KEPT_SECONDS = 30 * 86_400

/** A webhook switches itself off after so many failures in a row, if they took at least so long. */
export const DISABLED_AFTER_FAILURES = 20
export const DISABLED_AFTER_SECONDS = 86_400

const MINUTE = 60
const HOUR = 3600
/** After each failure; the schedule that Standard Webhooks gives as an example. Thereafter it has failed. */
const RETRY_SECONDS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]

/** How long to wait after so many failures; undefined: no more. */
export function findRetryDelay(failures: number): number | undefined {
  return RETRY_SECONDS[failures - 1]
}

/** As the log may show it: many receivers keep a secret in the rest of the address. */
export function hostOf({ url }: Pick<Webhook, 'url'>): string {
  return url === null ? 'unknown' : new URL(url).host
}
