import type { z } from 'zod'

/** The parts of an app's form, in their order. */
export const FORM_PARTS = {
  redirects: 'Where people are sent back to',
  access: 'What it may do',
  recognition: 'How people recognize it',
} as const
export type FormPart = keyof typeof FORM_PARTS
/** The first is to say what kind of app it is. */
export const FORM_STEPS = 1 + Object.keys(FORM_PARTS).length

/** What a row of `apps` can hold: another kind of schema needs its column, in `app.ts`. */
export type SettingSchema = z.ZodString | z.ZodNullable<z.ZodString> | z.ZodBoolean | z.ZodEnum | List
type List = z.ZodArray<z.ZodString> | z.ZodArray<z.ZodEnum>
export type SettingValue = Readonly<z.output<SettingSchema>>

/** One of these schemas, and what an app is registered with that does not say: without, it must say. */
type Valued<Schema extends SettingSchema> = Schema extends unknown
  ? { schema: Schema; initial?: Readonly<z.output<Schema>> }
  : never

interface Labelled {
  part: FormPart
  label: string
  hint?: string
}

type Texts = Valued<z.ZodString | z.ZodNullable<z.ZodString>> & Labelled
type Lists = Valued<z.ZodArray<z.ZodString>>

/** What a row says for each kind of input. Another kind needs its row in `INPUTS`, where the form is. */
export interface InputRows {
  text: Texts
  url: Texts
  lines: Lists & Labelled & { lines: number }
  box: Valued<z.ZodBoolean> & Labelled
  redirects: Lists & Labelled & { lines: number }
  refresh: Valued<z.ZodArray<z.ZodEnum>> & Labelled
  scopes: Lists & { part: FormPart }
  optionalScopes: Lists & { part: FormPart }
}
export type InputKind = keyof InputRows

export type ShownRow = { [Kind in InputKind]: InputRows[Kind] & { input: Kind } }[InputKind]
/** A setting of an app, with its place on the form; null where it is decided elsewhere. */
export type SettingRow = ShownRow | (Valued<SettingSchema> & { input: null })
