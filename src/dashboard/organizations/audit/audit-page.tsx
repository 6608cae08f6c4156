import { Hono } from 'hono'
import type { AuditFilter, LoggedEvent } from '../../../audit/audit-query-store.ts'
import { ORGANIZATION_EVENTS } from '../../../audit/events.ts'
import { htmlPage } from '../../../ui/html-page.tsx'
import { dayOf } from '../../../ui/time.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { exportAuditEvents, listAuditEvents, toAuditFilter } from './actions.ts'
import { EventsTable } from './events-table.tsx'
import { auditQuery } from './schemas.ts'

interface AuditView {
  own: OwnOrganization
  filter: AuditFilter
  events: readonly LoggedEvent[]
  /** Of older events; null: there are none. */
  nextCursor: string | null
  /** The filter as a query. */
  query: string
}

const EVENTS_SHOWN = 50
const DAY_SECONDS = 86_400

/** The audit log of an organization, for people. */
export const auditPage = new Hono<OrganizationEnv>()

auditPage.get(SITE.organization.audit, async (c) => {
  const own = c.get('own')
  const { cursor, ...query } = readQuery(c.req.query())
  const page = { ...query, cursor, limit: EVENTS_SHOWN }
  const { items: events, nextCursor } = await listAuditEvents(actionContext(c), own.organization.id, page)
  const view = { own, filter: toAuditFilter(query), events, nextCursor, query: toSearch(query) }
  return htmlPage(c, <Audit {...view} />)
})

auditPage.get(SITE.organization.auditExport, async (c) => {
  const { organization } = c.get('own')
  const { cursor: _cursor, ...query } = readQuery(c.req.query())
  const log = exportAuditEvents(actionContext(c), organization.id, query)
  c.header('Content-Type', 'application/x-ndjson')
  c.header('Content-Disposition', `attachment; filename="${organization.slug}-audit.ndjson"`)
  return c.body(log)
})

const pageQuery = auditQuery.omit({ limit: true })

/** Days as a form sends them; a query that nobody would send by our own links shows everything. */
function readQuery({ from_day: fromDay = '', to_day: toDay = '', ...query }: Record<string, string>) {
  const [from, to] = [startOf(fromDay), startOf(toDay)]
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
  const days = { ...(from !== null && { from }), ...(to !== null && { to: to + DAY_SECONDS - 1 }) }
  const parsed = pageQuery.safeParse({ ...given, ...days })
  return parsed.success ? parsed.data : {}
}

function startOf(day: string): number | null {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  return Number.isNaN(start) ? null : start / 1000
}

function toSearch(query: object): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  return new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
}

function Audit({ own, filter, events, nextCursor, query }: AuditView) {
  const { slug } = own.organization
  const path = pathTo(SITE.organization.audit, slug)
  return (
    <OrganizationFrame own={own} tab="audit" title="Audit log">
      <h2>Audit log</h2>
      <FilterForm path={path} filter={filter} />
      <Narrowed path={path} filter={filter} events={events} />
      {events.length === 0 ? <p class="detail">Nothing that matches.</p> : <EventsTable path={path} events={events} />}
      <p class="inline">
        {nextCursor && <a href={`${path}?${query}${query && '&'}cursor=${nextCursor}`}>Older</a>}
        <a href={`${pathTo(SITE.organization.auditExport, slug)}?${query}`}>Export as JSON lines</a>
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
