import type { LoggedEvent } from './audit-query-store.ts'

/** An event as everybody outside gets it: by the API, as a line of the export, by webhook. */
export function toEventBody(event: LoggedEvent) {
  return {
    id: event.id,
    event: event.event,
    at: event.at,
    actor: event.actor,
    account_id: event.accountId,
    client_id: event.clientId,
    grant_id: event.grantId,
    address: event.address,
    reason: event.reason,
    limits: event.limits && {
      scope_ceiling: event.limits.scopeCeiling && [...event.limits.scopeCeiling],
      expires_at: event.limits.expiresAt,
    },
  }
}
