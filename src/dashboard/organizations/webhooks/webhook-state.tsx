import { FormToken } from '../../../ui/field.tsx'
import { inNumber } from '../../../ui/in-number.ts'
import { Time } from '../../../ui/time.tsx'
import type { Webhook } from '../../../webhooks/webhook.ts'

export const UNREADABLE = 'The address is not readable any more: change it'

export function Health({ webhook: { state, failing } }: { webhook: Webhook }) {
  if (state === 'unconfirmed') return <span class="tag warn">waits for an answer</span>
  if (state === 'disabled') return <span class="tag warn">is switched off</span>
  if (failing === 0) return <span class="tag good">arrives</span>
  return <span class="tag warn">{inNumber(failing, 'message')} did not arrive</span>
}

export function describeEvents({ events }: Pick<Webhook, 'events'>): string {
  if (events === null) return 'Everything'
  return events.length > 3 ? `${events.length} kinds of events` : events.join(', ')
}

interface SwitchedOffProps {
  webhook: Webhook
  /** Where the form is sent that asks for another challenge. */
  action: string
}

/** Why nothing is sent, and what to do about it. */
export function SwitchedOff({ webhook, action }: SwitchedOffProps) {
  if (webhook.state === 'enabled') return null
  return (
    <section>
      {webhook.state === 'disabled' ? <Disabled since={webhook.failingSince} /> : <Unconfirmed />}
      {webhook.problem && <p class="notice">The answer to the last challenge: {webhook.problem}</p>}
      <form method="post" action={action}>
        <FormToken once />
        <button type="submit" class="primary">
          Send the challenge
        </button>
      </form>
    </section>
  )
}

function Unconfirmed() {
  return (
    <p>
      <strong>Nothing is sent yet.</strong> First the address has to show that it wants our messages: we send{' '}
      <code>webhook.challenge</code>, and it answers with the <code>challenge</code> that stands in its{' '}
      <code>data</code>. What happens until then waits, for 30 days at most.
    </p>
  )
}

function Disabled({ since }: { since: number | null }) {
  return (
    <p>
      <strong>Switched off:</strong> every attempt has failed since <Time at={since} exact />. Once your system works
      again, send the challenge: when it answers, it is told what happened meanwhile, for the last 30 days.
    </p>
  )
}
