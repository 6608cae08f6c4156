import { z } from '@hono/zod-openapi'
import { ApiError } from '../../errors.ts'
import { fromBase64Url, toBase64Url, utf8 } from '../../lib/encoding.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 100

/** The query of every list that has pages. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LIMIT)
    .default(DEFAULT_LIMIT)
    .openapi({ description: 'How many items at most.', example: 20 }),
  cursor: z.string().max(500).optional().openapi({ description: '`next_cursor` of the page before; opaque.' }),
}

export interface Page<Item, Position> {
  items: Item[]
  /** Where the next page begins; null: there is no more. */
  next: Position | null
}

/** What a use case answers with that lists something: a page, and the cursor of the next one. */
export interface Listed<Item> {
  items: Item[]
  /** Null: there is no more. */
  nextCursor: string | null
}

/** Of one item more than the page holds, which tells whether there is a next one. */
export function toPage<Item>(found: readonly Item[], limit: number): Page<Item, Item> {
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1) ?? null) : null }
}

/** Every list looks like this, also where all of it fits on one page. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item).openapi({ description: 'In the order that the list promises.' }),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: 'Send it as `cursor` for the next page; null: no more.' }),
  })
}

/** What the list is sorted by, and what tells equals apart. */
export function formatCursor(at: [number | string, string]): string {
  return toBase64Url(utf8(JSON.stringify(at)))
}

/** A cursor gives no access: it only says where to go on among what the caller may see. */
export function parseCursor(cursor: string): [number, string]
export function parseCursor<Key>(cursor: string, key: z.ZodType<Key>): [Key, string]
export function parseCursor(cursor: string, key: z.ZodType = z.int()): [unknown, string] {
  try {
    return z.tuple([key, z.string()]).parse(JSON.parse(new TextDecoder().decode(fromBase64Url(cursor))))
  } catch (error) {
    if (isMalformed(error)) throw new ApiError('invalid-request', 'cursor: this is not a cursor of this list.')
    throw error
  }
}

function isMalformed(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof SyntaxError ||
    error instanceof z.ZodError ||
    (error instanceof DOMException && error.name === 'InvalidCharacterError')
  )
}
