import { z } from '@hono/zod-openapi'

/** The body of a change: a field that is left out stays as it is. */
export function changeOf<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  const optional = Object.entries(shape).map(([name, schema]) => [name, schema.exactOptional()])
  const fields = Object.fromEntries(optional) as { [Name in keyof Shape]: z.ZodExactOptional<Shape[Name]> }
  // The generator asks whether a field may be undefined, and takes one that may only be left out for a required one.
  return z.strictObject(fields).openapi({ required: [] })
}
