import { Hono } from 'hono'
import { AUDIT_EVENTS } from '../../../audit/events.ts'
import { FormToken } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { inNumber } from '../../../ui/in-number.ts'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { Time } from '../../../ui/time.tsx'
import { DELIVERY_STATES, type Delivery, type DeliveryState } from '../../../webhooks/webhook.ts'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { challengeWebhook, listWebhookDeliveries, resendWebhookDelivery } from './actions.ts'
import { type OwnWebhook, requireOwnWebhook, webhookPath } from './require-own-webhook.ts'
import { deliveriesQuery } from './schemas.ts'
import { describeEvents, Health, SwitchedOff, UNREADABLE } from './webhook-state.tsx'

interface WebhookView extends OwnWebhook {
  deliveries: readonly Delivery[]
  /** Null: in whatever state they are. */
  state: DeliveryState | null
  nextCursor: string | null
  /** Whether the visitor just sent one again. */
  resent: boolean
}

const DELIVERIES_SHOWN = 30

/** One webhook: each message to it, and a button that sends it again. */
export const webhookPage = new Hono<OrganizationEnv>()

webhookPage.get(SITE.webhook.overview, async (c) => {
  const known = await requireOwnWebhook(c)
  const parsed = deliveriesPage.safeParse({ ...c.req.query(), state: c.req.query('state') || undefined })
  const query = { ...parsed.data, limit: DELIVERIES_SHOWN }
  const { items: deliveries, nextCursor } = await listWebhookDeliveries(actionContext(c), known.webhook, query)
  const state = query.state ?? null
  const resent = c.req.query('resent') === '1'
  return htmlPage(c, <WebhookDetails {...{ ...known, deliveries, state, nextCursor, resent }} />)
})

webhookPage.post(SITE.webhook.resend, async (c) => {
  const known = await requireOwnWebhook(c)
  const { own, webhook } = known
  const delivery = { webhookId: webhook.id, eventId: c.req.param('event_id') }
  await resendWebhookDelivery(actionContext(c), own.organization.id, delivery)
  return c.redirect(`${webhookPath(known)}?resent=1`, 303)
})

/** The page says what came of it. */
webhookPage.post(SITE.webhook.challenge, async (c) => {
  const known = await requireOwnWebhook(c)
  await challengeWebhook(actionContext(c), known.own.organization.id, known.webhook.id)
  return c.redirect(webhookPath(known), 303)
})

const deliveriesPage = deliveriesQuery.pick({ state: true, cursor: true })

function WebhookDetails(view: WebhookView) {
  const { own, webhook, deliveries, state, nextCursor, resent } = view
  const path = webhookPath(view)
  return (
    <OrganizationFrame own={own} tab="webhooks" title="Webhook">
      <div class="headline">
        <h2>{webhook.url ?? UNREADABLE}</h2>
        <a class="button" href={webhookPath(view, 'change')}>
          Change…
        </a>
      </div>
      <p>
        Told: {describeEvents(webhook)} <Health webhook={webhook} />
      </p>
      <SwitchedOff webhook={webhook} action={webhookPath(view, 'challenge')} />
      {resent && (
        <p class="notice" role="status">
          {webhook.state === 'enabled' ? 'It is on its way again.' : 'It is sent again once the webhook is on.'}{' '}
          <a href={path}>See whether it arrived</a>
        </p>
      )}
      <h3>Messages</h3>
      <StateFilter path={path} state={state} />
      {deliveries.length === 0 ? <p class="detail">None in the last 30 days.</p> : <Deliveries view={view} />}
      {nextCursor && (
        <p>
          <a href={`${path}?${new URLSearchParams({ ...(state && { state }), cursor: nextCursor })}`}>Older</a>
        </p>
      )}
    </OrganizationFrame>
  )
}

const STATE_WORDS = {
  waiting: { title: 'on its way', tag: 'tag' },
  delivered: { title: 'arrived', tag: 'tag good' },
  failed: { title: 'failed', tag: 'tag warn' },
} as const satisfies Record<DeliveryState, { title: string; tag: string }>

function StateFilter({ path, state }: { path: string; state: DeliveryState | null }) {
  return (
    <nav class="tabs" aria-label="Messages">
      <a href={path} aria-current={state === null ? 'page' : undefined}>
        all
      </a>
      {DELIVERY_STATES.map((each) => (
        <a href={`${path}?state=${each}`} aria-current={state === each ? 'page' : undefined}>
          {STATE_WORDS[each].title}
        </a>
      ))}
    </nav>
  )
}

function Deliveries({ view }: { view: WebhookView }) {
  return (
    <Scrollable label="Messages">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">Message</th>
            <th scope="col">Last answer</th>
            <th scope="col">
              <span class="visually-hidden">Again</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {view.deliveries.map((delivery) => (
            <DeliveryRow delivery={delivery} view={view} />
          ))}
        </tbody>
      </table>
    </Scrollable>
  )
}

function DeliveryRow({ delivery, view }: { delivery: Delivery; view: WebhookView }) {
  const { own, webhook } = view
  const { eventId, event, state, attempts, createdAt } = delivery
  const failed = attempts > 0 && state === 'waiting' && delivery.reason !== null
  return (
    <tr>
      <td>
        <Time at={createdAt} exact />
      </td>
      <td>
        {AUDIT_EVENTS[event].words} <code>{event}</code>
      </td>
      <td>
        <span class={failed ? 'tag warn' : STATE_WORDS[state].tag}>
          {failed ? 'is tried again' : STATE_WORDS[state].title}
        </span>
        <span class="detail">{inNumber(attempts, 'attempt')}</span>
      </td>
      <td>
        {delivery.reason ?? delivery.status ?? 'none yet'}
        {failed && (
          <span class="detail">
            Next: <Time at={delivery.nextAttemptAt} exact />
          </span>
        )}
      </td>
      <td>
        <form method="post" action={pathTo(SITE.webhook.resend, own.organization.slug, webhook.id, eventId)}>
          <FormToken once />
          <button type="submit">
            Send again<span class="visually-hidden">: {event}</span>
          </button>
        </form>
      </td>
    </tr>
  )
}
