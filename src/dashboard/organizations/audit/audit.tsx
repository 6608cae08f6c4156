import type { AuditFilter, LoggedEvent } from '../../../audit/audit-query-store.ts'
import { AUDIT_EVENTS, type Limits, ORGANIZATION_EVENTS } from '../../../audit/events.ts'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { dayOf, Time } from '../../../ui/time.tsx'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'

interface AuditView {
  own: OwnOrganization
  filter: AuditFilter
  events: readonly LoggedEvent[]
  /** Of older events; null: there are none. */
  nextCursor: string | null
  /** The filter as a query. */
  query: string
}

export function auditPage(c: PageContext, view: AuditView) {
  return htmlPage(c, <Audit {...view} />)
}

function Audit({ own, filter, events, nextCursor, query }: AuditView) {
  const path = `/organizations/${own.organization.slug}/audit`
  return (
    <OrganizationFrame own={own} tab="audit" title="Audit log">
      <h2>Audit log</h2>
      <FilterForm path={path} filter={filter} />
      <Narrowed path={path} filter={filter} events={events} />
      {events.length === 0 ? <p class="detail">Nothing that matches.</p> : <Events events={events} own={own} />}
      <p class="inline">
        {nextCursor && <a href={`${path}?${query}${query && '&'}cursor=${nextCursor}`}>Older</a>}
        <a href={`${path}/export?${query}`}>Export as JSON lines</a>
      </p>
    </OrganizationFrame>
  )
}

function FilterForm({ path, filter }: { path: string; filter: AuditFilter }) {
  return (
    <form method="get" action={path} class="inline search">
      <div>
        <label for="event">Event</label>
        <select id="event" name="event">
          <option value="">any</option>
          {ORGANIZATION_EVENTS.map((event) => (
            <option value={event} selected={event === filter.event}>
              {event}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="from_day">From</label>
        <input type="date" id="from_day" name="from_day" value={dayOf(filter.from)} />
      </div>
      <div>
        <label for="to_day">To</label>
        <input type="date" id="to_day" name="to_day" value={dayOf(filter.to)} />
      </div>
      {filter.clientId && <input type="hidden" name="client_id" value={filter.clientId} />}
      {filter.accountId && <input type="hidden" name="account_id" value={filter.accountId} />}
      <button type="submit">Show</button>
    </form>
  )
}

/** To one app, or one person, by a link: said, so that it can be left again. */
function Narrowed({ path, filter, events }: { path: string; filter: AuditFilter; events: readonly LoggedEvent[] }) {
  const { clientId, accountId } = filter
  if (!clientId && !accountId) return null
  const app = clientId && (events.find((event) => event.clientId === clientId)?.clientName ?? clientId)
  return (
    <p class="notice">
      Only {[app, accountId && nameOf(accountId, events)].filter(Boolean).join(' and ')}.{' '}
      <a href={path}>Show everything</a>
    </p>
  )
}

/** An event can name the person as who acted, or as whom it concerns. */
function nameOf(accountId: string, events: readonly LoggedEvent[]): string {
  const acted = events.find(({ actor, actorEmail }) => actor === accountId && actorEmail)
  const concerned = events.find((event) => event.accountId === accountId && event.accountEmail)
  return acted?.actorEmail ?? concerned?.accountEmail ?? accountId
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

function Events({ events, own }: { events: readonly LoggedEvent[]; own: OwnOrganization }) {
  const path = `/organizations/${own.organization.slug}/audit`
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
