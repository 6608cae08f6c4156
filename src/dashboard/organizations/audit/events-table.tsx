import type { LoggedEvent } from '../../../audit/audit-query-store.ts'
import { AUDIT_EVENTS, type Limits } from '../../../audit/events.ts'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { Time } from '../../../ui/time.tsx'

/** Events, with links that narrow the log to a person or an app. `path`: of the log, without a query. */
export function EventsTable({ path, events }: { path: string; events: readonly LoggedEvent[] }) {
  return (
    <Scrollable label="Events">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">App</th>
            <th scope="col">Whom</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr>
              <td>
                <Time at={event.at} exact />
              </td>
              <td>
                {event.actorEmail ? (
                  <a href={`${path}?account_id=${event.actor}`}>{event.actorEmail}</a>
                ) : (
                  (event.actor ?? 'by itself')
                )}
              </td>
              <td>
                {AUDIT_EVENTS[event.event].words}
                {event.reason && <span class="detail said">{event.reason}</span>}
                {event.limits && <LimitsSet limits={event.limits} />}
              </td>
              <td>
                {event.clientId && (
                  <a href={`${path}?client_id=${event.clientId}`}>{event.clientName ?? event.clientId}</a>
                )}
              </td>
              <td>
                {event.accountId && (
                  <a href={`${path}?account_id=${event.accountId}`}>{event.accountEmail ?? event.accountId}</a>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  )
}

function LimitsSet({ limits: { scopeCeiling, expiresAt } }: { limits: Limits }) {
  return (
    <span class="detail">
      {scopeCeiling ? `at most ${scopeCeiling.join(' ') || 'no scope of an organization'}` : 'no limit of scopes'}
      {expiresAt !== null && (
        <>
          , until <Time at={expiresAt} exact />
        </>
      )}
    </span>
  )
}
