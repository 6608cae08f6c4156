import type { Scope } from '../../../catalog/catalog.ts'
import type { EpochSeconds } from '../../../lib/clock.ts'
import { TextField } from '../../../ui/field.tsx'
import { dayOf } from '../../../ui/time.tsx'

/** What the form of an approval begins with. */
export interface ApprovalChoice {
  /** Of organizations, as far as the app is registered for them. */
  scopes: readonly Scope[]
  /** Whether it has no limit so far, by choice. */
  unlimited: boolean
  ticked: readonly string[]
  /** Scopes that the app registered after it was approved. */
  waiting: readonly string[]
  /** When the present approval ends; null: it has no end, or none that is still to come. */
  expiresAt: EpochSeconds | null
}

interface ApprovalFieldsProps {
  choice: ApprovalChoice
  /** Before the ids of its inputs, where a page has several. */
  idPrefix?: string
}

/** The limits of an approval: what the app may have at most, and until when. */
export function ApprovalFields({ choice, idPrefix = '' }: ApprovalFieldsProps) {
  const { scopes, unlimited, ticked, waiting, expiresAt } = choice
  return (
    <>
      <fieldset>
        <legend>What it may have at most</legend>
        <label class="choice">
          <input type="radio" name="limit" value="chosen" checked={!unlimited} />
          <span>Only what is ticked here</span>
        </label>
        {scopes.map(({ name, title, sensitive }) => (
          <label class="choice">
            <input type="checkbox" name="scope" value={name} checked={ticked.includes(name)} />
            <span>
              {title} <code>{name}</code>
              {sensitive && <span class="tag warn">sensitive</span>}
              {waiting.includes(name) && <span class="tag warn">registered after you approved</span>}
            </span>
            <input type="hidden" name="shown" value={name} />
          </label>
        ))}
        {scopes.length === 0 && <p class="detail">It asks for nothing of an organization yet.</p>}
        <label class="choice">
          <input type="radio" name="limit" value="none" checked={unlimited} />
          <span>
            No limit
            <span class="detail">Whatever people grant it, also scopes that it registers later.</span>
          </span>
        </label>
      </fieldset>
      <TextField
        id={`${idPrefix}expires_on`}
        name="expires_on"
        label="Until the end of (UTC)"
        type="date"
        value={dayOf(expiresAt)}
        hint="It loses its access then."
      />
    </>
  )
}
