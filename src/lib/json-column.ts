import { z } from 'zod'

/** A column that holds JSON. Its schema is built once, and not again with each row. */
export function jsonColumn<T extends z.ZodType>(schema: T) {
  return z.codec(z.string(), schema, {
    decode: (text) => JSON.parse(text),
    encode: (value) => JSON.stringify(value),
  })
}
