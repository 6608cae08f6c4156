import type { Hook } from '@hono/zod-openapi'
import { z } from 'zod'
import { ApiError, type FieldError } from '../../errors.ts'
import type { ApiEnv } from './api-env.ts'

/** Zod puts into its messages what it wanted and never what it got; only whether there was anything is told apart. */
z.config({
  customError: ({ code, input }) =>
    code === 'invalid_type' && input === undefined ? 'This field is required.' : undefined,
})

/** What a schema refused, as a problem: 422 with a pointer for each field of the body, 400 for the rest of the request. */
export const refuseInvalid: Hook<unknown, ApiEnv, string, void> = (result) => {
  if (result.success) return
  if (result.target !== 'json') throw new ApiError('invalid-request', describeParameters(result.error))
  throw invalidFields(result.error.issues.flatMap(toFieldErrors))
}

/** The body that a form stands for, by the schema that the API has for it. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body)
  if (!result.success) throw invalidFields(result.error.issues.flatMap(toFieldErrors))
  return result.data
}

export function invalidFields(errors: readonly FieldError[]): ApiError {
  return new ApiError('validation-failed', undefined, errors)
}

/** RFC 6901: `~` and `/` within a name are escaped. */
export function pointer(...path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(...issue.path), detail: issue.message }]
  return issue.keys.map((key) => ({ pointer: pointer(...issue.path, key), detail: 'There is no such field.' }))
}

function describeParameters(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
}
