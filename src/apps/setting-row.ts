import type { z } from 'zod'

/** The parts of an app's form, in their order. */
export const FORM_PARTS = {
  redirects: 'Where people are sent back to',
  access: 'What it may do',
  recognition: 'How people recognize it',
} as const
export type FormPart = keyof typeof FORM_PARTS

/** What a row of `apps` can hold: another kind of schema needs its column, in `app.ts`. */
export type SettingSchema = z.ZodString | z.ZodNullable<z.ZodString> | z.ZodBoolean | z.ZodEnum | List
type List = z.ZodArray<z.ZodString> | z.ZodArray<z.ZodEnum>

/** One of these schemas, and what an app is registered with that does not say: without, it must say. */
type Valued<Schema extends SettingSchema> = Schema extends unknown
  ? { schema: Schema; initial?: Readonly<z.output<Schema>> }
  : never

interface Labelled {
  part: FormPart
  label: string
  hint?: string
}

/** A setting of an app, with its place on the form: another kind of input needs its row in `INPUTS` of the form. */
export type SettingRow =
  | (Valued<z.ZodString | z.ZodNullable<z.ZodString>> & Labelled & { input: 'text' | 'url' })
  | (Valued<z.ZodArray<z.ZodString>> & Labelled & { input: 'lines' | 'redirects'; lines: number })
  | (Valued<z.ZodBoolean> & Labelled & { input: 'box' })
  | (Valued<z.ZodArray<z.ZodEnum>> & Labelled & { input: 'refresh' })
  | (Valued<z.ZodArray<z.ZodString>> & { part: FormPart; input: 'scopes' | 'optionalScopes' })
  // Decided elsewhere.
  | (Valued<z.ZodEnum> & { input: null })

export type ShownRow = Exclude<SettingRow, { input: null }>
export type InputKind = ShownRow['input']
