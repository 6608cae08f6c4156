import { z } from 'zod'

type CamelCase<Name> = Name extends `${infer First}_${infer Rest}` ? `${First}${Capitalize<CamelCase<Rest>>}` : Name

/** An object of SQL's or the wire's names, under ours: `client_id` is `clientId`. */
export type CamelKeys<T> = { [Name in keyof T as CamelCase<Name>]: T[Name] }

/** The same, with every object in it. */
export type Camel<T> = T extends readonly (infer Item)[]
  ? readonly Camel<Item>[]
  : T extends object
    ? { readonly [Name in keyof T as CamelCase<Name>]: Camel<T[Name]> }
    : T

/** Parses a row, or whatever else comes in other names, into ours. What the schema does not name stays behind. */
export function camelKeys<Schema extends z.ZodObject>(schema: Schema) {
  const names = namesOf(schema)
  return schema.transform((parsed) => rename<CamelKeys<z.output<Schema>>>(parsed, names))
}

/** The same of a body that was parsed before. Leaves objects in it as they are. */
export function toCamelKeys<Schema extends z.ZodObject>(schema: Schema, parsed: z.output<Schema>) {
  return rename<CamelKeys<z.output<Schema>>>(parsed, namesOf(schema))
}

/** For the wire: of a value of ours what the schema names, at every depth, however much more there is. Checks no value. */
export function toSnakeKeys<Schema extends z.ZodObject>(
  schema: Schema,
  value: Camel<z.output<Schema>>,
): z.output<Schema> {
  return pick(schema, value) as z.output<Schema>
}

type Names = readonly (readonly [from: string, to: string])[]

const known = new WeakMap<z.ZodObject, Names>()

/** Each name of a schema, and ours for it. */
export function namesOf(schema: z.ZodObject): Names {
  const found = known.get(schema)
  if (found) return found
  const names = Object.keys(schema.shape).map((name) => [name, camelCase(name)] as const)
  known.set(schema, names)
  return names
}

/** The name on the wire of one of ours. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function rename<Renamed>(parsed: Record<string, unknown>, names: Names): Renamed {
  const renamed: Record<string, unknown> = {}
  for (const [from, to] of names) {
    const value = parsed[from]
    if (value !== undefined) renamed[to] = value
  }
  return renamed as Renamed
}

function pick(schema: unknown, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return pick(schema.unwrap(), value)
  if (schema instanceof z.ZodArray) return (value as unknown[]).map((item) => pick(schema.element, item))
  if (!(schema instanceof z.ZodObject)) throw new Error('nothing says what of this object goes out')
  const source = value as Record<string, unknown>
  const picked: Record<string, unknown> = {}
  for (const [name, ours] of namesOf(schema)) {
    if (source[ours] !== undefined) picked[name] = pick(schema.shape[name], source[ours])
  }
  return picked
}
