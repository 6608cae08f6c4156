import type { z } from '@hono/zod-openapi'
import type { App } from '../../apps/app.ts'
import { logoPath } from '../../apps/logo.ts'
import { publisherOf } from '../../apps/publisher-mark.ts'
import type { AppSettings, SettingProblem } from '../../apps/settings.ts'
import type { FieldError } from '../../errors.ts'
import { snakeCase, toCamelKeys, toSnakeKeys } from '../../lib/case.ts'
import { pointer } from '../kit/field-errors.ts'
import { appBody, appSettings } from './schemas.ts'

/** Of a body, or of an app under the names of the wire: the settings, and nothing else. */
export function toSettings(body: z.output<typeof appSettings>): AppSettings {
  return toCamelKeys(appSettings, body)
}

export function toAppBody(app: App) {
  const shown = { ...app, logoPath: app.logoHash && logoPath(app.logoHash), publisher: publisherOf(app) }
  return toSnakeKeys(appBody, shown)
}

export function toFieldError({ setting, index, detail }: SettingProblem): FieldError {
  const name = snakeCase(setting)
  return { pointer: index === undefined ? pointer(name) : pointer(name, index), detail }
}
