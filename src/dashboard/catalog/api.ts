import { createRoute, z } from '@hono/zod-openapi'
import type { Resource, Scope } from '../../catalog/catalog.ts'
import { listResources, listScopes } from '../../catalog/catalog-store.ts'
import { toSnakeKeys } from '../../lib/case.ts'
import { actionContext } from '../kit/action-context.ts'
import { readJsonBody } from '../kit/json-body.ts'
import { requireOperator } from '../kit/operator.ts'
import { BODY_PROBLEMS, guarded, jsonAnswer, jsonBody, newApi, problems } from '../kit/route.ts'
import {
  changeResource,
  changeScope,
  createResource,
  createResourceCredentials,
  createScope,
  deleteScope,
} from './actions.ts'
import {
  newResource,
  newScope,
  resourceBody,
  resourceChange,
  resourceCredentials,
  resourceList,
  scopeBody,
  scopeChange,
  scopeList,
} from './schemas.ts'

const scopePath = z.object({
  name: z.string().max(100).openapi({ description: 'The scope.', example: 'projects:read' }),
})
const resourcePath = z.object({
  identifier: z.string().max(1000).openapi({
    description: 'The identifier of the API, percent-encoded as one path segment.',
    example: 'https://api.example.com',
  }),
})
const CHANGES = ['forbidden', 'sign-in-too-old', 'cross-origin', ...BODY_PROBLEMS] as const

/** Resources and their scopes. Everybody reads the scopes; operators keep the catalogue. */
export const catalog = newApi()

catalog.openapi(
  createRoute({
    method: 'get',
    path: '/scopes',
    operationId: 'listScopes',
    tags: ['Scopes'],
    summary: 'List scopes',
    description: 'The catalogue: every scope there is, by API and name.',
    ...guarded(null),
    responses: { 200: jsonAnswer('All of them.', scopeList), ...problems() },
  }),
  async (c) => {
    const items = (await listScopes(c.env.DB, c.get('config').issuer)).map(toScopeBody)
    return c.json({ items, next_cursor: null }, 200)
  },
)

catalog.openapi(
  createRoute({
    method: 'post',
    path: '/scopes',
    operationId: 'createScope',
    tags: ['Scopes'],
    summary: 'Create a scope',
    description: 'For operators, by session.',
    ...guarded(null, requireOperator, readJsonBody),
    request: { body: jsonBody('The scope.', newScope) },
    responses: { 201: jsonAnswer('The scope.', scopeBody), ...problems(...CHANGES, 'conflict') },
  }),
  async (c) => c.json(toScopeBody(await createScope(actionContext(c), c.req.valid('json'))), 201),
)

catalog.openapi(
  createRoute({
    method: 'patch',
    path: '/scopes/{name}',
    operationId: 'changeScope',
    tags: ['Scopes'],
    summary: 'Change or deprecate a scope',
    description: 'For operators, by session. People are asked with the new words from the next consent on.',
    ...guarded(null, requireOperator, readJsonBody),
    request: { params: scopePath, body: jsonBody('What to change.', scopeChange) },
    responses: { 200: jsonAnswer('The scope as it is now.', scopeBody), ...problems(...CHANGES, 'not-found') },
  }),
  async (c) =>
    c.json(toScopeBody(await changeScope(actionContext(c), c.req.valid('param').name, c.req.valid('json'))), 200),
)

catalog.openapi(
  createRoute({
    method: 'delete',
    path: '/scopes/{name}',
    operationId: 'deleteScope',
    tags: ['Scopes'],
    summary: 'Delete a scope',
    description:
      'For operators, by session. A scope in use can only be deprecated; the refusal lists what depends on it.',
    ...guarded(null, requireOperator),
    request: { params: scopePath },
    responses: {
      204: { description: 'The scope is deleted.' },
      ...problems('forbidden', 'sign-in-too-old', 'cross-origin', 'not-found', 'conflict'),
    },
  }),
  async (c) => {
    await deleteScope(actionContext(c), c.req.valid('param').name)
    return c.body(null, 204)
  },
)

catalog.openapi(
  createRoute({
    method: 'get',
    path: '/resources',
    operationId: 'listResources',
    tags: ['Resources'],
    summary: 'List protected APIs',
    description: 'For operators, by session.',
    ...guarded(null, requireOperator),
    responses: { 200: jsonAnswer('All of them.', resourceList), ...problems('forbidden') },
  }),
  async (c) => {
    const items = (await listResources(c.env.DB, c.get('config').issuer)).map(toResourceBody)
    return c.json({ items, next_cursor: null }, 200)
  },
)

catalog.openapi(
  createRoute({
    method: 'post',
    path: '/resources',
    operationId: 'createResource',
    tags: ['Resources'],
    summary: 'Add a protected API',
    description: 'For operators, by session.',
    ...guarded(null, requireOperator, readJsonBody),
    request: { body: jsonBody('The API.', newResource) },
    responses: { 201: jsonAnswer('The API.', resourceBody), ...problems(...CHANGES, 'conflict') },
  }),
  async (c) => c.json(toResourceBody(await createResource(actionContext(c), c.req.valid('json'))), 201),
)

catalog.openapi(
  createRoute({
    method: 'patch',
    path: '/resources/{identifier}',
    operationId: 'changeResource',
    tags: ['Resources'],
    summary: 'Change a protected API',
    description: 'For operators, by session. Takes effect at the next token.',
    ...guarded(null, requireOperator, readJsonBody),
    request: { params: resourcePath, body: jsonBody('What to change.', resourceChange) },
    responses: { 200: jsonAnswer('The API as it is now.', resourceBody), ...problems(...CHANGES, 'not-found') },
  }),
  async (c) =>
    c.json(
      toResourceBody(await changeResource(actionContext(c), c.req.valid('param').identifier, c.req.valid('json'))),
      200,
    ),
)

catalog.openapi(
  createRoute({
    method: 'post',
    path: '/resources/{identifier}/credentials',
    operationId: 'createResourceCredentials',
    tags: ['Resources'],
    summary: 'Create introspection credentials',
    description: 'For operators, by session. The credentials that the API had before stop working.',
    ...guarded(null, requireOperator),
    request: { params: resourcePath },
    responses: {
      201: jsonAnswer('The credentials, shown this once.', resourceCredentials),
      ...problems('forbidden', 'sign-in-too-old', 'cross-origin', 'not-found'),
    },
  }),
  async (c) => {
    const { id, secret } = await createResourceCredentials(actionContext(c), c.req.valid('param').identifier)
    return c.json({ introspection_id: id, introspection_secret: secret }, 201)
  },
)

function toScopeBody(scope: Scope) {
  return toSnakeKeys(scopeBody, { ...scope, deprecated: scope.deprecatedAt !== null })
}

function toResourceBody(resource: Resource) {
  return toSnakeKeys(resourceBody, resource)
}
