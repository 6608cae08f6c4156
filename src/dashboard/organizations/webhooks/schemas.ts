import { z } from '@hono/zod-openapi'
import { AUDIT_EVENT_NAMES, ORGANIZATION_EVENTS } from '../../../audit/events.ts'
import { findFetchProblem } from '../../../lib/guarded-fetch.ts'
import { checkedText } from '../../../lib/texts.ts'
import { DELIVERY_STATES, WEBHOOK_STATES } from '../../../webhooks/webhook.ts'
import { changeOf } from '../../kit/change-of.ts'
import { listOf, pageQuery } from '../../kit/pagination.ts'

const MAX_URL_LENGTH = 2000

const url = checkedText(z.string().trim().max(MAX_URL_LENGTH, 'An address has at most 2000 characters.'), (text) =>
  findFetchProblem(text),
).openapi({
  format: 'uri',
  description: 'Where to send it: https, port 443, a public host. Redirects are not followed.',
  example: 'https://siem.example.com/hooks/postern',
})
const events = z
  .array(z.enum(ORGANIZATION_EVENTS), { error: 'This must be a list of events.' })
  .min(1, 'Choose at least one event, or all of them.')
  .transform((names) => [...new Set(names)])
  .nullable()
  .openapi({
    type: ['array', 'null'],
    description: 'What to tell; null: everything that the audit log gets.',
    example: ['app.blocked', 'refresh_token.reused'],
  })

export const webhookBody = z
  .object({
    id: z.string().openapi({ description: 'The webhook.', example: 'whk_2b1Qv0aXcD8fGhJkLmNp' }),
    url: z.string().nullable().openapi({
      format: 'uri',
      description:
        'Where it is sent; null: it is not readable any more, because the wrapping secret is gone. Set it anew.',
      example: 'https://siem.example.com/hooks/postern',
    }),
    events: z
      .array(z.enum(AUDIT_EVENT_NAMES))
      .nullable()
      .openapi({ description: 'What is told; null: everything that the audit log gets.', example: null }),
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    state: z.enum(WEBHOOK_STATES).openapi({
      description:
        'unconfirmed: the endpoint has not answered a challenge yet; disabled: at least 20 attempts in a row failed, over ' +
        'a day or longer. In both, nothing is sent and what happens waits, until a challenge is answered.',
      example: 'enabled',
    }),
    problem: z.string().nullable().openapi({
      description: 'What was wrong with the answer to the last challenge; null: nothing, or there was none yet.',
      example: null,
    }),
    failing_since: z.int().nullable().openapi({
      description: 'Epoch seconds since when every attempt failed; null: the last one arrived.',
      example: null,
    }),
    failing: z.int().openapi({
      description: 'How many deliveries failed the last time and have not arrived since.',
      example: 0,
    }),
  })
  .openapi('Webhook', {
    description: 'An address that is told what happens. Its secret was shown when it was created.',
  })
export const webhookList = listOf(webhookBody).openapi('WebhookList', { description: 'The oldest first: ten at most.' })

export const newWebhook = z.strictObject({ url, events: events.default(null) }).openapi('NewWebhook', {
  description: 'It is sent a challenge first. Once answered, its creation is the first event that it is told.',
})

export const webhookChange = changeOf({ url, events }).openapi('WebhookChange', {
  description: 'What is left out stays. Another address has to answer a challenge; then it is told what waits.',
})

const secret = z.string().openapi({
  description: 'Shown this once: `whsec_` and 32 bytes in base64, the key of HMAC-SHA-256.',
  example: 'whsec_…',
})
export const createdWebhook = webhookBody
  .extend({ secret })
  .openapi('CreatedWebhook', { description: 'A new webhook with the secret that its messages are signed with.' })
export const newSecret = z
  .object({ secret })
  .openapi('NewWebhookSecret', { description: 'Each former secret signs beside it for 24 hours.' })

export const deliveriesQuery = z.object({
  state: z
    .enum(DELIVERY_STATES)
    .optional()
    .openapi({ description: 'Only those that wait, arrived, or failed for good.', example: 'failed' }),
  ...pageQuery,
})

const moment = (description: string) => z.int().nullable().openapi({ description, example: 1_790_000_005 })
export const deliveryBody = z
  .object({
    event_id: z.string().openapi({
      description: 'The event, and the `webhook-id` of every attempt.',
      example: 'evt_2b1Qv0aXcD8fGhJkLmNp',
    }),
    event: z.enum(AUDIT_EVENT_NAMES).openapi({ description: 'What happened.', example: 'app.blocked' }),
    state: z.enum(DELIVERY_STATES).openapi({
      description: 'waiting: for its first or next attempt; failed: no attempt is left.',
      example: 'delivered',
    }),
    attempts: z.int().openapi({ description: 'How many were begun.', example: 1 }),
    created_at: z.int().openapi({ description: 'Epoch seconds: when it happened.', example: 1_790_000_000 }),
    attempted_at: moment('Epoch seconds of the last attempt; null: none yet.'),
    next_attempt_at: moment('Epoch seconds; null: there is none.'),
    status: z.int().nullable().openapi({ description: 'Of the last answer; null: there was none.', example: 204 }),
    reason: z.string().nullable().openapi({ description: 'Why the last attempt failed.', example: null }),
  })
  .openapi('WebhookDelivery', { description: 'One event for one webhook. Kept for 30 days.' })
export const deliveryList = listOf(deliveryBody).openapi('WebhookDeliveryList', { description: 'The newest first.' })
