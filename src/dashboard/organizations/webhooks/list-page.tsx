import { Hono } from 'hono'
import { htmlPage } from '../../../ui/html-page.tsx'
import { MAX_WEBHOOKS, type Webhook } from '../../../webhooks/webhook.ts'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { listWebhooks } from './actions.ts'
import { describeEvents, Health, UNREADABLE } from './webhook-state.tsx'

export const listPage = new Hono<OrganizationEnv>()

listPage.get(SITE.organization.webhooks, async (c) => {
  const own = c.get('own')
  return htmlPage(c, <Webhooks own={own} webhooks={await listWebhooks(actionContext(c), own.organization.id)} />)
})

function Webhooks({ own, webhooks }: { own: OwnOrganization; webhooks: readonly Webhook[] }) {
  const { slug } = own.organization
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
                <a href={pathTo(SITE.webhook.overview, slug, webhook.id)}>
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
          <a class="button primary" href={pathTo(SITE.organization.newWebhook, slug)}>
            Add a webhook
          </a>
        </p>
      )}
    </OrganizationFrame>
  )
}
