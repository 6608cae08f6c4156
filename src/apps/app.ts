import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { flagColumn } from '../lib/flag-column.ts'
import { jsonColumn } from '../lib/json-column.ts'
import type { SettingSchema } from './setting-row.ts'
import { type AppSettings, SETTING_ROWS, type SettingName, type SettingSchemas } from './settings.ts'

/** What a developer registered; its protocol face is the client. */
export interface App extends AppSettings {
  clientId: string
  organizationId: string
  /** Set while the publisher's domain is verified. */
  publisherDomain: string | null
  firstParty: boolean
  /** Raised by each change of the registration: the ETag. */
  version: number
  /** Names the logo that we keep; the picture at `logoUri` is never shown from there. */
  logoHash: string | null
  createdAt: EpochSeconds
  updatedAt: EpochSeconds
  suspendedAt: EpochSeconds | null
  deletedAt: EpochSeconds | null
}

type SettingColumns = { [Name in SettingName]: z.ZodType<z.output<SettingSchemas[Name]>> }
const settingColumns = Object.fromEntries(
  SETTING_ROWS.map(([name, { schema }]) => [name, columnOf(schema)]),
) as SettingColumns

/** How a setting stands in its row. What is stored was judged when it was written, and is not judged again. */
function columnOf(schema: SettingSchema | z.ZodString | z.ZodEnum): z.ZodType {
  if (schema instanceof z.ZodNullable) return z.string().nullable()
  if (schema instanceof z.ZodArray) return jsonColumn(z.array(columnOf(schema.element)))
  if (schema instanceof z.ZodBoolean) return flagColumn
  return schema instanceof z.ZodEnum ? schema : z.string()
}

/** What is written of an app after its registration: its settings, and what follows from them. */
export const changeableColumns = z.object({
  ...settingColumns,
  logo_hash: z.string().nullable(),
  publisher_domain: z.string().nullable(),
})

/** What is written at its registration. */
export const registeredColumns = changeableColumns.extend({
  client_id: z.string(),
  organization_id: z.string(),
  created_at: z.number(),
  updated_at: z.number(),
})

/** A row of `apps`, as D1 returns it. */
export const appRow = camelKeys(
  registeredColumns.extend({
    first_party: flagColumn,
    version: z.number(),
    suspended_at: z.number().nullable(),
    deleted_at: z.number().nullable(),
  }),
)
