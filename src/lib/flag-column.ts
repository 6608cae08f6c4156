import { z } from 'zod'

/** A column that is 1 or 0: SQLite has no type for it. */
export const flagColumn = z.codec(z.number(), z.boolean(), {
  decode: (flag) => flag === 1,
  encode: (flag) => Number(flag),
})
