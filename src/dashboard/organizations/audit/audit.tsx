import type { AuditFilter, LoggedEvent } from '../../../audit/audit-query-store.ts'
import { type AuditEventName, type Limits, ORGANIZATION_EVENTS } from '../../../audit/events.ts'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { dayOf, Time } from '../../../ui/time.tsx'
import { OrganizationFrame, type OrganizationPart } from '../frame.tsx'

interface AuditView {
  part: OrganizationPart
  filter: AuditFilter
  events: readonly LoggedEvent[]
  /** Of older events; null: there are none. */
  nextCursor: string | null
  /** The filter as a query. */
  query: string
}

/** Each in plain words. One that is missing does not compile. */
export const EVENT_WORDS = {
  'consent.granted': 'allowed an app',
  'consent.denied': 'refused an app',
  'consent.refused': 'wanted to allow an app that is not let in',
  'token.refused': 'an app got no token',
  'grant.revoked': 'a grant ended',
  'grant.narrowed': 'a grant was narrowed',
  'grant.cut_off': 'a grant lost this organization',
  'grant.evicted': 'a grant gave way to newer ones',
  'code.replayed': 'an authorization code was used twice',
  'refresh_token.reused': 'an old refresh token was used again',
  'refresh_token.repeated_elsewhere': 'a refresh was repeated from elsewhere',
  'app.created': 'registered an app',
  'app.updated': 'changed an app',
  'app.deleted': 'deleted an app',
  'app.suspended': 'the operator stopped an app',
  'app.resumed': 'the operator let an app go on',
  'organization.suspended': 'the operator suspended the organization',
  'organization.resumed': 'the operator let the organization go on',
  'account.suspended': 'the operator suspended an account',
  'account.resumed': 'the operator let an account go on',
  'publisher.verified': 'a publisher was verified',
  'publisher.failed': 'a publisher could not be verified',
  'publisher.lost': 'a publisher lost its mark',
  'secret.created': 'created a secret of an app',
  'secret.deleted': 'deleted a secret of an app',
  'organization.created': 'created the organization',
  'organization.updated': 'renamed the organization',
  'invitation.created': 'invited somebody',
  'invitation.withdrawn': 'withdrew an invitation',
  'member.joined': 'joined',
  'member.role_changed': 'changed a role',
  'member.removed': 'removed a member',
  'member.left': 'left',
  'app.approved': 'approved an app',
  'app.scopes_waiting': 'an approved app registered more than it was approved for',
  'approval.ended': 'the approval of an app ended',
  'app.blocked': 'blocked an app',
  'decision.withdrawn': 'withdrew a decision',
  'policy.changed': 'changed the policy',
  'access.requested': 'asked for an app',
  'access.declined': 'declined a request for an app',
  'webhook.created': 'added a webhook',
  'webhook.confirmed': 'confirmed a webhook',
  'webhook.disabled': 'a webhook failed for too long and was switched off',
  'webhook.updated': 'changed a webhook',
  'webhook.secret_created': 'created a new secret of a webhook',
  'webhook.deleted': 'deleted a webhook',
  'resource.created': 'added a protected API',
  'resource.updated': 'changed a protected API',
  'resource.secret_created': 'created credentials of a protected API',
  'scope.created': 'added a scope',
  'scope.updated': 'changed a scope',
  'scope.deleted': 'deleted a scope',
  'session.signed_in': 'signed in',
  'session.signed_out': 'signed out',
  'session.signed_out_everywhere': 'signed out everywhere',
  'key.created': 'a signing key was created',
  'key.rotated': 'a signing key was rotated',
  'key.withdrawn': 'a signing key was withdrawn',
  'key.unwrap_failed': 'a signing key could not be opened',
} as const satisfies Record<AuditEventName, string>

export function auditPage(c: PageContext, view: AuditView) {
  return htmlPage(c, <Audit {...view} />)
}

function Audit({ part, filter, events, nextCursor, query }: AuditView) {
  const path = `/organizations/${part.organization.slug}/audit`
  return (
    <OrganizationFrame part={part} tab="audit" title="Audit log">
      <h2>Audit log</h2>
      <FilterForm path={path} filter={filter} />
      <Narrowed path={path} filter={filter} events={events} />
      {events.length === 0 ? <p class="detail">Nothing that matches.</p> : <Events events={events} part={part} />}
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

function Events({ events, part }: { events: readonly LoggedEvent[]; part: OrganizationPart }) {
  const path = `/organizations/${part.organization.slug}/audit`
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
                {EVENT_WORDS[event.event]}
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
