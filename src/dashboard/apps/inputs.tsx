import type { FC } from 'hono/jsx'
import { z } from 'zod'
import type { InputKind, InputRows, SettingValue } from '../../apps/setting-row.ts'
import type { SettingName } from '../../apps/settings.ts'
import type { Scope } from '../../catalog/catalog.ts'
import { CheckBox, Problems, TextField } from '../../ui/field.tsx'
import type { FieldProblems } from '../kit/form-problems.ts'
import { ScopePicker } from './scope-picker.tsx'

/** What an app's form shows besides its settings. */
export interface AppForm {
  /** The fields as they were sent, so that a refused form comes back with nothing lost. */
  values: URLSearchParams
  problems: FieldProblems
  catalogue: readonly Scope[]
  redirectHint: string
  redirectExample: string
}

export type ShownSetting<Kind extends InputKind> = InputRows[Kind] & { name: SettingName }

interface Input<Kind extends InputKind> {
  /** What the fields say, as the API is told it. Only the schema and the rules behind it judge. */
  read: (values: URLSearchParams, setting: ShownSetting<Kind>) => unknown
  /** The fields that say this. */
  fill: (value: SettingValue, name: SettingName) => [field: string, value: string][]
  Field: FC<{ setting: ShownSetting<Kind>; form: AppForm }>
}

/** How each kind of input is read, filled and shown. */
export const INPUTS: { readonly [Kind in InputKind]: Input<Kind> } = {
  text: textInput('text'),
  url: textInput('url'),
  lines: {
    read: readLines,
    fill: fillLines,
    Field: ({ setting, form }) => <TextField {...labelled(setting, form)} lines={setting.lines} />,
  },
  box: {
    read: (values, { name }) => values.has(name),
    fill: (value, name) => (value === true ? [[name, 'yes']] : []),
    Field: ({ setting, form }) => <Box setting={setting} form={form} field={setting.name} />,
  },
  redirects: {
    read: readLines,
    fill: fillLines,
    Field: ({ setting, form }) => (
      <TextField
        {...labelled(setting, form)}
        lines={setting.lines}
        hint={form.redirectHint}
        placeholder={form.redirectExample}
      />
    ),
  },
  refresh: {
    read: (values) => (values.has('refresh_token') ? ['authorization_code', 'refresh_token'] : ['authorization_code']),
    fill: (value) => (listOf(value).includes('refresh_token') ? [['refresh_token', 'yes']] : []),
    Field: ({ setting, form }) => <Box setting={setting} form={form} field="refresh_token" />,
  },
  scopes: { ...scopeInput('required'), Field: ({ form }) => <Scopes {...form} /> },
  // In the same picker.
  optionalScopes: { ...scopeInput('optional'), Field: () => null },
}

function textInput(type: 'text' | 'url'): Input<'text' | 'url'> {
  return {
    read: (values, { name, schema }) => {
      const text = typed(values, name)
      return text === '' && schema instanceof z.ZodNullable ? null : text
    },
    fill: (value, name) => [[name, String(value ?? '')]],
    Field: ({ setting, form }) => <TextField {...labelled(setting, form)} type={type} />,
  }
}

function labelled({ name, label, hint, initial }: ShownSetting<'text' | 'lines'>, { values, problems }: AppForm) {
  return { name, label, hint, value: typed(values, name), problems: problems[name], required: initial === undefined }
}

function typed(values: URLSearchParams, name: string): string {
  return values.get(name)?.trim() ?? ''
}

function readLines(values: URLSearchParams, { name }: { name: string }): string[] {
  return typed(values, name)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

function fillLines(value: SettingValue, name: string): [string, string][] {
  return [[name, listOf(value).join('\n')]]
}

function listOf(value: SettingValue) {
  return [value].flat()
}

interface BoxProps {
  setting: ShownSetting<'box' | 'refresh'>
  form: AppForm
  field: string
}

function Box({ setting, form, field }: BoxProps) {
  return (
    <>
      <CheckBox name={field} checked={form.values.has(field)} title={setting.label} says={setting.hint} />
      <Problems id={`${setting.name}-problem`} texts={form.problems[setting.name]} />
    </>
  )
}

const SCOPE_FIELD = 'scope:'
type ChosenScopes = Record<string, 'required' | 'optional'>

function chosenScopes(values: URLSearchParams): ChosenScopes {
  const chosen: ChosenScopes = {}
  for (const [name, value] of values) {
    if (!name.startsWith(SCOPE_FIELD)) continue
    if (value === 'required' || value === 'optional') chosen[name.slice(SCOPE_FIELD.length)] = value
  }
  return chosen
}

function scopeInput(wanted: 'required' | 'optional'): Pick<Input<'scopes'>, 'read' | 'fill'> {
  return {
    read: (values) => {
      const chosen = chosenScopes(values)
      return Object.keys(chosen).filter((scope) => chosen[scope] === wanted)
    },
    fill: (value) => listOf(value).map((scope) => [`${SCOPE_FIELD}${scope}`, wanted]),
  }
}

function Scopes({ values, problems, catalogue }: AppForm) {
  return (
    <>
      <Problems id="scopes-problem" texts={[...(problems.scopes ?? []), ...(problems.optional_scopes ?? [])]} />
      <ScopePicker catalogue={catalogue} chosen={chosenScopes(values)} />
    </>
  )
}
