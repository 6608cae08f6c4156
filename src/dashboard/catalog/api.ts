import type { Resource, Scope } from '../../catalog/catalog.ts'
import { listResources, listScopes } from '../../catalog/catalog-store.ts'
import { askerOf } from '../kit/asker.ts'
import { newApi } from '../kit/route.ts'
import { addCredentials, addResource, addScope, editResource, editScope, removeScope } from './actions.ts'
import {
  changeResourceRoute,
  changeScopeRoute,
  createCredentialsRoute,
  createResourceRoute,
  createScopeRoute,
  deleteScopeRoute,
  listResourcesRoute,
  listScopesRoute,
} from './routes.ts'

/** Resources and their scopes. Everybody reads the scopes; operators keep the catalogue. */
export const catalog = newApi()

catalog.openapi(listScopesRoute, async (c) => {
  const items = (await listScopes(c.env.DB, c.get('config').issuer)).map(toScopeBody)
  return c.json({ items, next_cursor: null }, 200)
})

catalog.openapi(createScopeRoute, async (c) =>
  c.json(toScopeBody(await addScope(askerOf(c), c.req.valid('json'))), 201),
)

catalog.openapi(changeScopeRoute, async (c) =>
  c.json(toScopeBody(await editScope(askerOf(c), c.req.valid('param').name, c.req.valid('json'))), 200),
)

catalog.openapi(deleteScopeRoute, async (c) => {
  await removeScope(askerOf(c), c.req.valid('param').name)
  return c.body(null, 204)
})

catalog.openapi(listResourcesRoute, async (c) => {
  const items = (await listResources(c.env.DB, c.get('config').issuer)).map(toResourceBody)
  return c.json({ items, next_cursor: null }, 200)
})

catalog.openapi(createResourceRoute, async (c) =>
  c.json(toResourceBody(await addResource(askerOf(c), c.req.valid('json'))), 201),
)

catalog.openapi(changeResourceRoute, async (c) =>
  c.json(toResourceBody(await editResource(askerOf(c), c.req.valid('param').identifier, c.req.valid('json'))), 200),
)

catalog.openapi(createCredentialsRoute, async (c) => {
  const { id, secret } = await addCredentials(askerOf(c), c.req.valid('param').identifier)
  return c.json({ introspection_id: id, introspection_secret: secret }, 201)
})

function toScopeBody({ deprecatedAt, replacedBy, openTo, ...scope }: Scope) {
  return { ...scope, open_to: openTo, deprecated: deprecatedAt !== null, replaced_by: replacedBy }
}

function toResourceBody(resource: Resource) {
  return {
    identifier: resource.identifier,
    name: resource.name,
    signing_alg: resource.signingAlg,
    access_token_ttl_seconds: resource.accessTokenTtlSeconds,
    open_to: resource.openTo,
    introspection_id: resource.introspectionId,
  }
}
