import type { AuditEventName } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'

/** Where an organization is told what happens. The secret that signs is never read with it. */
export interface Webhook {
  id: string
  organizationId: string
  url: string
  /** Null: every event. */
  events: readonly AuditEventName[] | null
  createdAt: EpochSeconds
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
export const DELIVERIES_KEPT_SECONDS = 30 * 86_400

const MINUTE = 60
const HOUR = 3600
/** After each failure; the schedule that Standard Webhooks gives as an example. Thereafter it has failed. */
const RETRY_SECONDS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]

/** How long to wait after so many failures; undefined: no more. */
export function findRetryDelay(failures: number): number | undefined {
  return RETRY_SECONDS[failures - 1]
}
