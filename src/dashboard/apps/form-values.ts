import type { App } from '../../apps/app.ts'
import { GRANT_TYPE_NAMES } from '../../apps/grant-types.ts'
import type { InputKind, SettingValue } from '../../apps/setting-row.ts'
import { SETTING_ROWS, type SettingName } from '../../apps/settings.ts'
import { toSnakeKeys } from '../../lib/case.ts'
import { INPUTS, type ShownSetting } from './inputs.tsx'
import { appSettings } from './schemas.ts'

/** The settings that an app's form asks for. */
export const SHOWN_SETTINGS = SETTING_ROWS.flatMap(([name, row]) => (row.input === null ? [] : [{ ...row, name }]))

/** What the form of a new app begins with: most keep access while nobody is there. */
export function emptyForm(): URLSearchParams {
  const initial = Object.fromEntries(SETTING_ROWS.map(([name, row]) => [name, row.initial]))
  return toFields({ ...initial, grant_types: GRANT_TYPE_NAMES })
}

export function toAppForm(app: App): URLSearchParams {
  return toFields(toSnakeKeys(appSettings, app))
}

/** What the form says, as the API is told it. */
export function toBody(values: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(SHOWN_SETTINGS.map((setting) => [setting.name, read(setting.input, setting, values)]))
}

function read<Kind extends InputKind>(kind: Kind, setting: ShownSetting<Kind>, values: URLSearchParams): unknown {
  return INPUTS[kind].read(values, setting)
}

function toFields(values: { readonly [Name in SettingName]?: SettingValue | undefined }): URLSearchParams {
  const fields = SHOWN_SETTINGS.flatMap(({ name, input }) => {
    const value = values[name]
    return value === undefined ? [] : INPUTS[input].fill(value, name)
  })
  return new URLSearchParams(fields)
}
