import { createRoute, z } from '@hono/zod-openapi'
import { REFUSING_ENDPOINTS } from '../../../apps/refusal-counts-store.ts'
import { listOf } from '../../kit/pagination.ts'
import { guarded, jsonAnswer, problems } from '../../kit/route.ts'
import { appPath } from '../routes.ts'

const words = {
  error: z.string().openapi({ description: 'The code that was answered.', example: 'invalid_grant' }),
  reason: z.string().openapi({ description: 'The rule that was broken.', example: 'code_verifier_mismatch' }),
  description: z.string().openapi({
    description: 'The rule in words.',
    example: 'code_verifier does not match the code_challenge of the authorization request.',
  }),
  fix: z.string().openapi({
    description: 'What to do about it.',
    example: 'Keep the verifier beside the state, and send the one of this very authorization.',
  }),
}

const tokenError = z
  .object({
    at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    grant_type: z
      .string()
      .nullable()
      .openapi({ description: 'Null: the request named none that we know.', example: 'authorization_code' }),
    ...words,
  })
  .openapi('TokenError', { description: 'A refused token request, without any value of it.' })

const refusalCount = z
  .object({
    day: z.iso.date().openapi({ description: 'The day in UTC.', example: '2026-11-24' }),
    endpoint: z.enum(REFUSING_ENDPOINTS).openapi({ description: 'Where it was refused.', example: 'token' }),
    ...words,
    count: z.int().openapi({ description: 'How many on that day.', example: 105 }),
    last_at: z.int().openapi({ description: 'The last of them, in epoch seconds.', example: 1_790_000_000 }),
  })
  .openapi('RefusalCount', {
    description: 'Refusals that anybody can cause who knows the client_id: they may not come from the app.',
  })

const tokenErrors = listOf(tokenError)
  .extend({
    counted: z.array(refusalCount).openapi({ description: 'Refusals without authentication, newest first.' }),
  })
  .openapi('TokenErrorList', { description: 'Newest first.' })

export const tokenErrorsRoute = createRoute({
  method: 'get',
  path: '/apps/{client_id}/errors',
  operationId: 'listTokenErrors',
  tags: ['Activity'],
  summary: 'List recent errors of an app',
  description:
    'The refused token requests that came from the app itself, by its secret or by a credential that was issued to ' +
    'it: the newest 50 of each reason, for 7 days. Everything else that was refused in its name, at the ' +
    'authorization endpoint too, is counted by day and reason. Failures of ours are not among them.',
  ...guarded('apps:read'),
  request: { params: appPath },
  responses: {
    200: jsonAnswer('All of them.', tokenErrors),
    ...problems('insufficient-scope', 'not-found'),
  },
})
