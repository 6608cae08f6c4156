import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { MAX_WEBHOOKS, type Webhook } from '../../../webhooks/webhook.ts'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'

interface WebhooksView {
  own: OwnOrganization
  webhooks: readonly Webhook[]
}

export function webhooksPage(c: PageContext, view: WebhooksView) {
  return htmlPage(c, <Webhooks {...view} />)
}

function Webhooks({ own, webhooks }: WebhooksView) {
  const path = `/organizations/${own.organization.slug}/webhooks`
  return (
    <OrganizationFrame own={own} tab="webhooks" title="Webhooks">
      <h2>Webhooks</h2>
      <p class="detail">
        Your own systems are told what the audit log gets, as signed messages, and again until they have it.
      </p>
      {webhooks.length === 0 ? (
        <p>Nobody is told anything yet.</p>
      ) : (
        <ul class="rows">
          {webhooks.map((webhook) => (
            <li>
              <div>
                <a href={`${path}/${webhook.id}`}>
                  <strong>{webhook.url ?? UNREADABLE}</strong>
                </a>
                <span class="detail">{describeEvents(webhook)}</span>
              </div>
              <Health webhook={webhook} />
            </li>
          ))}
        </ul>
      )}
      {webhooks.length < MAX_WEBHOOKS && (
        <p>
          <a class="button primary" href={`${path}/new`}>
            Add a webhook
          </a>
        </p>
      )}
    </OrganizationFrame>
  )
}

export const UNREADABLE = 'The address is not readable any more: change it'

export function Health({ webhook: { state, failing } }: { webhook: Webhook }) {
  if (state === 'unconfirmed') return <span class="tag warn">waits for an answer</span>
  if (state === 'disabled') return <span class="tag warn">is switched off</span>
  if (failing === 0) return <span class="tag good">arrives</span>
  return <span class="tag warn">{failing === 1 ? '1 message' : `${failing} messages`} did not arrive</span>
}

export function describeEvents({ events }: Pick<Webhook, 'events'>): string {
  if (events === null) return 'Everything'
  return events.length > 3 ? `${events.length} kinds of events` : events.join(', ')
}
