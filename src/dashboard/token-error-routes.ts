import { createRoute, z } from '@hono/zod-openapi'
import { appPath } from './app-routes.ts'
import { listOf } from './pagination.ts'
import { guarded, jsonAnswer, problems } from './route.ts'

const tokenError = z
  .object({
    at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    grant_type: z
      .string()
      .nullable()
      .openapi({ description: 'Null: the request named none that we know.', example: 'authorization_code' }),
    error: z.string().openapi({ description: 'The code that the app was answered.', example: 'invalid_grant' }),
    reason: z.string().openapi({ description: 'The rule that it broke.', example: 'code_verifier_mismatch' }),
    description: z.string().openapi({
      description: 'The rule in words.',
      example: 'code_verifier does not match the code_challenge of the authorization request.',
    }),
  })
  .openapi('TokenError', { description: 'A refused token request, without any value of it.' })

export const tokenErrorsRoute = createRoute({
  method: 'get',
  path: '/apps/{client_id}/errors',
  operationId: 'listTokenErrors',
  tags: ['Activity'],
  summary: 'List recent errors of token requests',
  description:
    'The refusals of its own token requests: 100 at most, for 7 days, at most one a second. Failures of ours are not ' +
    'among them.',
  ...guarded('apps:read'),
  request: { params: appPath },
  responses: {
    200: jsonAnswer('All of them.', listOf(tokenError).openapi('TokenErrorList', { description: 'Newest first.' })),
    ...problems('insufficient-scope', 'not-found'),
  },
})
