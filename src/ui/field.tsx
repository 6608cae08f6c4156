import { randomBase64Url } from '../lib/random.ts'
import { useSurroundings } from './surroundings.ts'

interface TextFieldProps {
  /** The name, unless a page has it twice. */
  id?: string
  name: string
  label: string
  value?: string | undefined
  hint?: string | undefined
  /** What was wrong with it, next to it. */
  problems?: readonly string[] | undefined
  type?: 'text' | 'url' | 'email' | 'date'
  lines?: number
  required?: boolean
  placeholder?: string
}

/** A labelled input with its hint and what was wrong with it, tied together for screen readers. */
export function TextField({
  name,
  id = name,
  label,
  value = '',
  hint,
  problems = [],
  lines,
  ...input
}: TextFieldProps) {
  const described = [hint && `${id}-hint`, problems.length > 0 && `${id}-problem`].filter(Boolean).join(' ')
  const common = {
    id,
    name,
    'aria-describedby': described || undefined,
    'aria-invalid': problems.length > 0 ? ('true' as const) : undefined,
    required: input.required,
    placeholder: input.placeholder,
  }
  return (
    <div class="field">
      <label for={id}>
        {label} {!input.required && <span class="optional">optional</span>}
      </label>
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {lines ? (
        <textarea rows={lines} spellcheck={false} {...common}>
          {value}
        </textarea>
      ) : (
        <input type={input.type ?? 'text'} value={value} {...common} />
      )}
      <Problems id={`${id}-problem`} texts={problems} />
    </div>
  )
}

interface SelectProps {
  /** The name, unless they differ. */
  id?: string
  name: string
  label: string
  value: string | undefined
  options: readonly (readonly [value: string, title: string])[]
  hint?: string
  problems?: readonly string[] | undefined
  required?: boolean
}

/** One of several, labelled. */
export function Select({ name, id = name, label, value, options, hint, problems = [], required }: SelectProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      <select id={id} name={name} aria-describedby={hint && `${id}-hint`} required={required}>
        {options.map(([option, title]) => (
          <option value={option} selected={option === value}>
            {title}
          </option>
        ))}
      </select>
      <Problems id={`${id}-problem`} texts={problems} />
    </div>
  )
}

interface CheckBoxProps {
  name: string
  checked: boolean
  title: string
  /** What follows from it. */
  says?: string | undefined
}

/** Sends `yes` when it is ticked, and nothing when it is not. */
export function CheckBox({ name, checked, title, says }: CheckBoxProps) {
  return (
    <label class="choice">
      <input type="checkbox" name={name} value="yes" checked={checked} />
      <span>
        <strong>{title}</strong>
        {says && <span class="detail">{says}</span>}
      </span>
    </label>
  )
}

export function Problems({ id, texts = [] }: { id: string; texts?: readonly string[] | undefined }) {
  if (texts.length === 0) return null
  return (
    <div id={id} class="problem" role="alert">
      {texts.map((text) => (
        <p>{text}</p>
      ))}
    </div>
  )
}

/**
 * What every form carries: the token of the session, or `value` where there is none yet; `once`, when a second submit
 * of it must not act again.
 */
export function FormToken({ value, once }: { value?: string; once?: boolean }) {
  return (
    <>
      <input type="hidden" name="form_token" value={value ?? useSurroundings()?.formToken} />
      {once && <input type="hidden" name="once" value={randomBase64Url(32)} />}
    </>
  )
}

/**
 * Stands first in a form whose first button would decide something: Enter in a field presses the first one, and this one
 * closes a dialog that is not there, which is nothing (HTML, form submission). Browsers pass over one that is disabled.
 */
export function NoDefault() {
  return <button type="submit" formmethod="dialog" formnovalidate hidden />
}
