import { z } from '@hono/zod-openapi'

/** The body of a change: any field may be left out, and then stays as it is. Given as nothing at all, it is refused. */
export function changeOf<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  const optional = Object.entries(shape).map(([name, schema]) => [name, schema.exactOptional()])
  return z.strictObject(Object.fromEntries(optional) as { [Name in keyof Shape]: z.ZodExactOptional<Shape[Name]> })
}
