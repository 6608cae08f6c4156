import { z } from 'zod'
import { type Camel, type CamelKeys, namesOf } from './case.ts'

type Column = string | number | null

/** For a table that is written from a value of ours: the columns that the schema names, however much more there is. */
export function toColumns<Schema extends z.ZodObject>(schema: Schema, value: Camel<z.output<Schema>>) {
  const source = value as Record<string, unknown>
  const given = namesOf(schema).filter(([, ours]) => source[ours] !== undefined)
  return Object.fromEntries(given.map(([name, ours]) => [name, encode(schema.shape[name], source[ours])]))
}

/**
 * Reads rows of an object's own storage under our names, as their schema picks them. Checks nothing: nobody else writes
 * there, and a token waits for it.
 */
export function ownRow<Schema extends z.ZodObject>(schema: Schema) {
  const columns = namesOf(schema).map(([from, to]) => ({
    from,
    to,
    decode: codecOf(schema.shape[from])?.def.transform,
  }))
  return (row: Record<string, SqlStorageValue>): CamelKeys<z.output<Schema>> => {
    const read: Record<string, unknown> = {}
    for (const { from, to, decode } of columns) {
      const value = row[from]
      read[to] = decode && value !== null ? decode(value, { value, issues: [] }) : value
    }
    return read as CamelKeys<z.output<Schema>>
  }
}

function encode(schema: unknown, value: unknown): Column {
  const codec = codecOf(schema)
  return codec && value !== null
    ? (codec.def.reverseTransform(value, { value, issues: [] }) as Column)
    : (value as Column)
}

function codecOf(schema: unknown): z.ZodCodec | undefined {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return codecOf(schema.unwrap())
  return schema instanceof z.ZodCodec ? schema : undefined
}
