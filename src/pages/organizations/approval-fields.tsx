import type { Scope } from '../../catalog/catalog.ts'
import type { EpochSeconds } from '../../lib/clock.ts'
import { TextField } from '../field.tsx'
import { dayOf } from '../time.tsx'

interface ApprovalFieldsProps {
  /** Of organizations, as far as the app is registered for them. */
  scopes: readonly Scope[]
  /** What an approval stopped at before; null: nothing was left out. */
  ceiling: readonly string[] | null
  /** When the present approval ends; null: it has no end, or none that is still to come. */
  expiresAt: EpochSeconds | null
  /** Before the ids of its inputs, where a page has several. */
  idPrefix?: string
}

/** The limits of an approval: what the app may have at most, and until when. */
export function ApprovalFields({ scopes, ceiling, expiresAt, idPrefix = '' }: ApprovalFieldsProps) {
  return (
    <>
      {scopes.length > 0 && (
        <fieldset>
          <legend>What it may have at most</legend>
          {scopes.map(({ name, title, sensitive }) => (
            <label class="choice">
              <input type="checkbox" name="scope" value={name} checked={ceiling?.includes(name) ?? true} />
              <span>
                {title} <code>{name}</code>
                {sensitive && <span class="tag warn">sensitive</span>}
              </span>
            </label>
          ))}
        </fieldset>
      )}
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
