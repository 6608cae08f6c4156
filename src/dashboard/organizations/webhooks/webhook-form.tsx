import { AUDIT_EVENTS, ORGANIZATION_EVENTS } from '../../../audit/events.ts'
import { FormToken, Problems, TextField } from '../../../ui/field.tsx'
import type { FieldProblems } from '../../kit/form-problems.ts'

/** As a form has them; null: every event. */
export interface WebhookValues {
  url: string
  events: readonly string[] | null
}

interface WebhookFormProps {
  /** Where it is sent, and where leaving it leads. */
  action: string
  cancelHref: string
  submitTitle: string
  values: WebhookValues
  problems: FieldProblems
}

export function readWebhookForm(fields: URLSearchParams): WebhookValues {
  return { url: fields.get('url') ?? '', events: fields.get('told') === 'chosen' ? fields.getAll('event') : null }
}

/** Where messages go, and which. */
export function WebhookForm({ action, cancelHref, submitTitle, values, problems }: WebhookFormProps) {
  return (
    <>
      <Problems id="form-problem" texts={problems['']} />
      <form method="post" action={action}>
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
            {submitTitle}
          </button>
          <a class="button" href={cancelHref}>
            Cancel
          </a>
        </div>
      </form>
    </>
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
