import { z } from '@hono/zod-openapi'
import type { App } from '../apps/app.ts'
import { ApiError } from '../errors.ts'

/** The versions of an app that a change may replace; null: whichever is there. */
export type Precondition = readonly number[] | null

const ENTITY_TAGS = /^\s*(\*|(W\/)?"[\x21\x23-\x7e]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e]*")*)\s*$/
/** Strong comparison (RFC 9110 §8.8.3.2): a weak tag matches nothing. */
const STRONG_VERSION = /(?<!W\/)"(\d{1,15})"/g

/** `If-Match` (RFC 9110 §13.1.1). */
export const ifMatchHeader = z.object({
  'If-Match': z.string().regex(ENTITY_TAGS, 'This is not a list of entity tags.').optional().openapi({
    description: 'The `ETag` that you read. If the app changed since, the answer is 412 and nothing is changed.',
    example: '"3"',
  }),
})

export const etagHeader = {
  ETag: { description: 'The version of the app, for `If-Match`.', schema: { type: 'string' as const, example: '"3"' } },
}

export function parseIfMatch(ifMatch: string | undefined): Precondition {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null
  return [...ifMatch.matchAll(STRONG_VERSION)].map(([, version]) => Number(version))
}

export function entityTag({ version }: App): string {
  return `"${version}"`
}

/** The version that the write has to find; null: any. Throws when the app is already past those that may be replaced. */
export function requireVersion({ version }: App, precondition: Precondition): number | null {
  if (precondition === null) return null
  if (!precondition.includes(version)) throw new ApiError('precondition-failed')
  return version
}
