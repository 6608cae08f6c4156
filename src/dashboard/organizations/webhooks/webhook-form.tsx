import { AUDIT_EVENTS, ORGANIZATION_EVENTS } from '../../../audit/events.ts'
import { FormToken, Problems, TextField } from '../../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import type { Webhook } from '../../../webhooks/webhook.ts'
import type { FieldProblems } from '../../kit/form-problems.ts'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'

/** As a form has them; null: every event. */
export interface WebhookValues {
  url: string
  events: readonly string[] | null
}

interface WebhookFormView {
  own: OwnOrganization
  /** Null: a new one. */
  webhook: Webhook | null
  values: WebhookValues
  problems: FieldProblems
}

export function webhookFormPage(c: PageContext, view: WebhookFormView) {
  return htmlPage(c, <WebhookForm {...view} />, Object.keys(view.problems).length > 0 ? 422 : 200)
}

function WebhookForm({ own, webhook, values, problems }: WebhookFormView) {
  const path = `/organizations/${own.organization.slug}/webhooks`
  const title = webhook ? 'Change the webhook' : 'Add a webhook'
  return (
    <OrganizationFrame own={own} tab="webhooks" title={title}>
      <h2>{title}</h2>
      <Problems id="form-problem" texts={problems['']} />
      <form method="post" action={webhook ? `${path}/${webhook.id}/change` : `${path}/new`}>
        <FormToken once />
        <TextField
          name="url"
          label="Address"
          type="url"
          hint="https, on the public internet. Every message is a POST with JSON, signed as Standard Webhooks describes."
          placeholder="https://siem.example.com/hooks/postern"
          value={values.url}
          problems={problems.url}
          required
        />
        <EventFields events={values.events} problems={problems.events} />
        <div class="actions">
          <button type="submit" class="primary">
            {webhook ? 'Save' : 'Create the webhook'}
          </button>
          <a class="button" href={webhook ? `${path}/${webhook.id}` : path}>
            Cancel
          </a>
        </div>
      </form>
      {webhook && <MoreForms path={`${path}/${webhook.id}`} />}
    </OrganizationFrame>
  )
}

interface EventFieldsProps {
  events: WebhookValues['events']
  problems: readonly string[] | undefined
}

function EventFields({ events, problems }: EventFieldsProps) {
  return (
    <fieldset>
      <legend>What it is told</legend>
      <label class="choice">
        <input type="radio" name="told" value="all" checked={events === null} />
        <span>Everything that the audit log gets</span>
      </label>
      <label class="choice">
        <input type="radio" name="told" value="chosen" checked={events !== null} />
        <span>Only these</span>
      </label>
      <Problems id="events-problem" texts={problems} />
      <details open={events !== null}>
        <summary>Events</summary>
        <div data-search="Search events">
          {ORGANIZATION_EVENTS.map((event) => (
            <label class="choice" data-search-text={`${event} ${AUDIT_EVENTS[event].words}`}>
              <input type="checkbox" name="event" value={event} checked={events?.includes(event)} />
              <span>
                {AUDIT_EVENTS[event].words} <code>{event}</code>
              </span>
            </label>
          ))}
        </div>
      </details>
    </fieldset>
  )
}

function MoreForms({ path }: { path: string }) {
  return (
    <section>
      <details>
        <summary>Create a new secret</summary>
        <form method="post" action={`${path}/secret`}>
          <FormToken once />
          <p>For 24 hours, messages are signed with the one of now too, so that your system has time to change.</p>
          <button type="submit">Create a new secret</button>
        </form>
      </details>
      <details>
        <summary>Delete the webhook</summary>
        <form method="post" action={`${path}/delete`}>
          <FormToken once />
          <p>What it was not told yet, it is not told any more. The audit log keeps everything.</p>
          <button type="submit" class="danger">
            Delete it
          </button>
        </form>
      </details>
    </section>
  )
}
