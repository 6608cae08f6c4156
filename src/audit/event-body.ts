import { z } from 'zod'
import { toSnakeKeys } from '../lib/case.ts'
import type { LoggedEvent } from './audit-query-store.ts'
import { AUDIT_EVENT_NAMES } from './events.ts'

const eventBody = z.object({
  id: z.string(),
  event: z.enum(AUDIT_EVENT_NAMES),
  at: z.number(),
  actor: z.string().nullable(),
  account_id: z.string().nullable(),
  client_id: z.string().nullable(),
  grant_id: z.string().nullable(),
  address: z.string().nullable(),
  reason: z.string().nullable(),
  limits: z.object({ scope_ceiling: z.array(z.string()).nullable(), expires_at: z.number().nullable() }).nullable(),
})

/** An event as everybody outside gets it: by the API, as a line of the export, by webhook. */
export function toEventBody(event: LoggedEvent) {
  return toSnakeKeys(eventBody, event)
}
