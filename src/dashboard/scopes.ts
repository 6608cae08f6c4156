import { createRoute, z } from '@hono/zod-openapi'
import { listScopes } from '../catalog/catalog-store.ts'
import { listOf } from './pagination.ts'
import { guarded, jsonAnswer, newApi, problems } from './route.ts'

const scopeBody = z
  .object({
    name: z.string().openapi({ description: '`thing:action`, as in the `scope` parameter.', example: 'projects:read' }),
    title: z.string().openapi({ description: 'A few words for lists.', example: 'See projects' }),
    description: z.string().openapi({
      description: 'The sentence that people read on the consent page.',
      example: 'See the projects of the organizations you choose.',
    }),
    resource: z.string().openapi({
      description: 'The API that it belongs to, as in the `resource` parameter (RFC 8707).',
      format: 'uri',
      example: 'https://api.example.com',
    }),
    target: z.enum(['account', 'organization']).openapi({
      description: "What it reaches: the person's own account, or organizations that the person chooses.",
      example: 'organization',
    }),
    sensitive: z.boolean().openapi({ description: 'Always asks the person anew.', example: false }),
  })
  .openapi('Scope', { description: 'One permission at one API.' })

const listRoute = createRoute({
  method: 'get',
  path: '/scopes',
  operationId: 'listScopes',
  tags: ['Scopes'],
  summary: 'List scopes',
  description: 'The catalogue: every scope that an app may register for.',
  ...guarded(null),
  responses: {
    200: jsonAnswer(
      'All of them, by API and name.',
      listOf(scopeBody).openapi('ScopeList', { description: 'The whole catalogue.' }),
    ),
    ...problems(),
  },
})

export const scopes = newApi()

scopes.openapi(listRoute, async (c) => {
  const items = await listScopes(c.env.DB, c.get('config').issuer)
  return c.json({ items, next_cursor: null }, 200)
})
