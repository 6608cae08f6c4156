import type { MiddlewareHandler } from 'hono'
import { ApiError } from '../../errors.ts'
import { readBody } from '../../lib/body.ts'
import type { ApiEnv } from './api-env.ts'

/** Reads the body once, within the limit, so that the schema only ever sees JSON. */
export const readJsonBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const mediaType = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') throw new ApiError('unsupported-media-type')
  const body = await readBody(c.req.raw)
  if (!body.ok && body.problem === 'too_large') throw new ApiError('too-large')
  if (!body.ok) throw new ApiError('invalid-request', 'The body is not valid UTF-8.')
  checkJson(body.text)
  c.req.raw = new Request(c.req.raw, { body: body.text })
  await next()
}

function checkJson(text: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new ApiError('invalid-request', 'The body is not valid JSON.')
    throw error
  }
}
