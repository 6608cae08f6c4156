import { z } from '@hono/zod-openapi'
import { SETTING_ROWS, type SETTINGS, type SettingName, type SettingSchemas } from '../../apps/settings.ts'
import { changeOf } from '../kit/change-of.ts'
import { listOf } from '../kit/pagination.ts'
import { publisherBody } from '../kit/publisher-body.ts'

const settings = Object.fromEntries(SETTING_ROWS.map(([name, { schema }]) => [name, schema])) as SettingSchemas

/** What is left out has its initial value, where there is one. */
const newSettings = Object.fromEntries(
  SETTING_ROWS.map(([name, { schema, initial }]) => [
    name,
    initial === undefined ? schema : withDefault(schema, initial),
  ]),
) as {
  [Name in SettingName]: (typeof SETTINGS)[Name] extends { initial: unknown }
    ? z.ZodDefault<SettingSchemas[Name]>
    : SettingSchemas[Name]
}

function withDefault(schema: z.ZodType, initial: unknown) {
  return schema.default(initial)
}

/** All of them, as they stand in the body of an app. */
export const appSettings = z.object(settings)

const organizationId = z.string().max(100)
const time = (description: string) => z.int().openapi({ description, example: 1_790_000_000 })

export const appRegistration = z
  .strictObject({
    ...newSettings,
    organization_id: organizationId.optional().openapi({
      description: 'The organization that the app belongs to; left out: your personal one.',
      example: 'org_2b1Qv0aXcD8fGhJkLmNp',
    }),
  })
  .openapi('AppRegistration', {
    description: 'A new app. Fields are named as in RFC 7591; unknown fields are refused.',
  })

export const appChange = changeOf(settings).openapi('AppChange', {
  description: 'The settings to change, in the manner of RFC 7396: what is left out stays, null clears.',
})

export const appBody = z
  .object({
    client_id: z.string().openapi({ description: 'Never used twice.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    organization_id: organizationId.openapi({
      description: 'The organization that the app belongs to.',
      example: 'org_2b1Qv0aXcD8fGhJkLmNp',
    }),
    ...settings,
    logo_path: z.string().nullable().openapi({
      description: 'Our copy of the logo, a path of this service; people are shown only that.',
      example: '/logos/m2Vf0b0Q9gq3cX1k6w4tqv0m8yQ2Zt7s5nJrUe3XhKc',
    }),
    publisher: publisherBody,
    created_at: time('Epoch seconds.'),
    updated_at: time('Epoch seconds of the last change of a setting.'),
    version: z.int().openapi({
      description: 'Raised by each change: in quotation marks it is the `ETag`, for `If-Match`.',
      example: 1,
    }),
  })
  .openapi('App', { description: 'A registered app.' })

export const registeredApp = appBody
  .extend({
    client_secret: z.string().optional().openapi({
      description: 'Of a confidential app: the first secret, shown this once. Keep it where only your server reads it.',
      example: 'pst_secret_…',
    }),
    client_secret_expires_at: z
      .int()
      .optional()
      .openapi({ description: 'RFC 7591 §3.2.1; 0: it does not expire.', example: 0 }),
  })
  .openapi('RegisteredApp', { description: 'A new app and, once, its secret.' })

export const appList = listOf(appBody).openapi('AppList', { description: 'Newest first.' })
