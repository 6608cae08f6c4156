import { OpenAPIHono, type z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { API_PROBLEMS, type ApiProblem } from '../../errors.ts'
import type { ApiEnv } from './api-env.ts'
import { authenticate, requireScope } from './caller.ts'
import { refuseInvalid } from './field-errors.ts'
import { problem } from './problem-schema.ts'
import type { ApiScope } from './protected-resource.ts'

/** A router whose routes are validated by, and described from, their schemas. */
export function newApi() {
  return new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid })
}

export type Api = ReturnType<typeof newApi>

/**
 * The guards of a route and what the document says of them, from one argument. `scope` is what an access token
 * needs; null: any that is valid. `more` runs once the caller is known.
 */
export function guarded(scope: ApiScope | null, ...more: MiddlewareHandler<ApiEnv>[]) {
  return {
    middleware: [authenticate, ...(scope ? [requireScope(scope)] : []), ...more],
    security: [{ access_token: scope ? [scope] : [] }, { session: [] }],
  }
}

export function jsonBody<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { required: true, description, content: { 'application/json': { schema } } }
}

export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } }
}

/** Of an operation that only those may call who have a role for it. */
export const READ_PROBLEMS = ['insufficient-scope', 'forbidden', 'not-found'] as const satisfies ApiProblem[]

/** Of one that changes something. */
export const CHANGE_PROBLEMS = [
  'insufficient-scope',
  'forbidden',
  'cross-origin',
  'not-found',
] as const satisfies ApiProblem[]

/** Of one that reads a body. */
export const BODY_PROBLEMS = [
  'invalid-request',
  'too-large',
  'unsupported-media-type',
  'validation-failed',
] as const satisfies ApiProblem[]

const COMMON_PROBLEMS = ['unauthenticated', 'unavailable'] as const satisfies ApiProblem[]

/** What `announcing` makes of a success. */
const HOLDS_SOON = {
  202: {
    description:
      'As the success, with its body: it is done, and holds within a minute, because a part of the service could not be ' +
      'told yet.',
  },
}

/**
 * The refusals of a route, by status; those that every route shares are added, and for unsafe ones that of acts, and the
 * success that not everybody knows of yet. Untyped: handlers throw them.
 */
export function problems(...names: ApiProblem[]): Record<never, ReturnType<typeof describe>> {
  const isUnsafe = names.includes('cross-origin')
  const byAct = isUnsafe ? (['sign-in-too-old'] as const) : []
  const all = new Set([...COMMON_PROBLEMS, ...names, ...byAct])
  const byStatus = Map.groupBy(all, (name) => API_PROBLEMS[name].status)
  const refusals = Object.fromEntries([...byStatus].map(([status, group]) => [status, describe(group)]))
  return { ...(isUnsafe && HOLDS_SOON), ...refusals }
}

function describe(names: readonly ApiProblem[]) {
  const description = names.map((name) => `${API_PROBLEMS[name].title} (${name}).`).join(' ')
  return { description, content: { 'application/problem+json': { schema: problem } } }
}
