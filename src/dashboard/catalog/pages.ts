import { type Context, Hono } from 'hono'
import type { Resource, Scope } from '../../catalog/catalog.ts'
import { listResources, listScopes } from '../../catalog/catalog-store.ts'
import { ApiError } from '../../errors.ts'
import { toSnakeKeys } from '../../lib/case.ts'
import { askerOf } from '../kit/asker.ts'
import { parseBody } from '../kit/field-errors.ts'
import type { FieldProblems } from '../kit/form-problems.ts'
import { problemsOf } from '../kit/form-problems.ts'
import { requireOperatorVisitor } from '../kit/operator.ts'
import { type PageEnv, requireRecentVisitor, requireVisitor } from '../kit/visitor.ts'
import {
  addCredentials,
  addResource,
  addScope,
  editResource,
  editScope,
  removeScope,
  requireResource,
} from './actions.ts'
import { catalogPage } from './catalog.tsx'
import { credentialsPage, type ResourceValues, resourceFormPage } from './resource-form.tsx'
import { newResource, newScope, resourceChange, scopeChange } from './schemas.ts'
import { type ScopeValues, scopeFormPage } from './scope-form.tsx'

const CATALOG_PATH = '/operator/catalog'

/** Resources and their scopes, for operators who signed in lately. */
export const catalogPages = new Hono<PageEnv>()

catalogPages.use('/operator/*', requireVisitor, requireOperatorVisitor)
// A form that would be refused for an old sign-in is not shown in the first place.
catalogPages.use(`${CATALOG_PATH}/*`, requireRecentVisitor)

catalogPages.get(CATALOG_PATH, async (c) => {
  const { issuer } = c.get('config')
  const [resources, scopes] = await Promise.all([listResources(c.env.DB, issuer), listScopes(c.env.DB, issuer)])
  const notice = c.req.query('done') === 'saved' ? 'Saved.' : undefined
  return catalogPage(c, { resources, scopes, notice })
})

catalogPages.get(`${CATALOG_PATH}/resources/new`, (c) => showResource(c, null, NEW_RESOURCE, {}))

catalogPages.post(`${CATALOG_PATH}/resources/new`, async (c) => {
  const values = readResource(c.get('fields'))
  try {
    await addResource(askerOf(c), parseBody(newResource, toResourceBody(values)))
    return saved(c)
  } catch (error) {
    return showResource(c, null, values, problemsOf(error))
  }
})

catalogPages.get(`${CATALOG_PATH}/resources/edit`, async (c) => {
  const resource = await requireResource(askerOf(c), c.req.query('identifier') ?? '')
  return showResource(c, resource, toResourceValues(resource), {})
})

catalogPages.post(`${CATALOG_PATH}/resources/edit`, async (c) => {
  const values = readResource(c.get('fields'))
  const resource = await requireResource(askerOf(c), values.identifier)
  const { identifier, ...change } = toResourceBody(values)
  try {
    await editResource(askerOf(c), identifier, parseBody(resourceChange, change))
    return saved(c)
  } catch (error) {
    return showResource(c, resource, values, problemsOf(error))
  }
})

catalogPages.post(`${CATALOG_PATH}/resources/credentials`, async (c) => {
  const { identifier, name } = await requireResource(askerOf(c), c.get('fields').get('identifier') ?? '')
  const credentials = await addCredentials(askerOf(c), identifier)
  return credentialsPage(c, { name, ...credentials })
})

catalogPages.get(`${CATALOG_PATH}/scopes/new`, async (c) => {
  const { identifier } = await requireResource(askerOf(c), c.req.query('identifier') ?? '')
  return showScope(c, { ...NEW_SCOPE, resource: identifier }, { isNew: true, problems: {} })
})

catalogPages.post(`${CATALOG_PATH}/scopes/new`, async (c) => {
  const values = readScope(c.get('fields'), '')
  const { name, resource, title, description, target, sensitive } = values
  try {
    await addScope(askerOf(c), parseBody(newScope, { name, resource, title, description, target, sensitive }))
    return saved(c)
  } catch (error) {
    return showScope(c, values, { isNew: true, problems: problemsOf(error) })
  }
})

catalogPages.get(`${CATALOG_PATH}/scopes/:name`, async (c) => {
  const scopes = await listScopes(c.env.DB, c.get('config').issuer)
  const scope = scopes.find(({ name }) => name === c.req.param('name'))
  if (!scope) throw new ApiError('not-found')
  return showScope(c, toScopeValues(scope), { isNew: false, problems: {} })
})

catalogPages.post(`${CATALOG_PATH}/scopes/:name`, async (c) => {
  const values = readScope(c.get('fields'), c.req.param('name'))
  const { name, title, description, sensitive, deprecated, replaced_by: replacedBy } = values
  const change = { title, description, sensitive, deprecated, replaced_by: replacedBy || null }
  try {
    await editScope(askerOf(c), name, parseBody(scopeChange, change))
    return saved(c)
  } catch (error) {
    return showScope(c, values, { isNew: false, problems: problemsOf(error) })
  }
})

catalogPages.post(`${CATALOG_PATH}/scopes/:name/delete`, async (c) => {
  await removeScope(askerOf(c), c.req.param('name'))
  return saved(c)
})

function saved(c: Context<PageEnv>): Response {
  return c.redirect(`${CATALOG_PATH}?done=saved`, 303)
}

const NEW_RESOURCE: ResourceValues = {
  identifier: '',
  name: '',
  signing_alg: 'ES256',
  access_token_ttl_seconds: '',
  open_to: 'everyone',
}

function showResource(
  c: Context<PageEnv>,
  existing: Resource | null,
  values: ResourceValues,
  problems: FieldProblems,
): Promise<Response> {
  return resourceFormPage(c, { existing, values, problems })
}

function readResource(fields: URLSearchParams): ResourceValues {
  const text = (name: keyof ResourceValues) => fields.get(name)?.trim() ?? ''
  return {
    identifier: text('identifier'),
    name: text('name'),
    signing_alg: text('signing_alg'),
    access_token_ttl_seconds: text('access_token_ttl_seconds'),
    open_to: text('open_to'),
  }
}

function toResourceValues(resource: Resource): ResourceValues {
  const { access_token_ttl_seconds: ttl, ...values } = toSnakeKeys(newResource, resource)
  return { ...values, access_token_ttl_seconds: ttl === null ? '' : String(ttl) }
}

function toResourceBody({ access_token_ttl_seconds: ttl, ...values }: ResourceValues) {
  return { ...values, access_token_ttl_seconds: ttl === '' ? null : Number(ttl) }
}

const NEW_SCOPE: ScopeValues = {
  name: '',
  resource: '',
  title: '',
  description: '',
  target: 'organization',
  sensitive: false,
  deprecated: false,
  replaced_by: '',
}

async function showScope(
  c: Context<PageEnv>,
  values: ScopeValues,
  { isNew, problems }: { isNew: boolean; problems: FieldProblems },
): Promise<Response> {
  const scopes = await listScopes(c.env.DB, c.get('config').issuer)
  return scopeFormPage(c, {
    isNew,
    values,
    successors: scopes.filter(
      ({ name, resource, deprecatedAt }) =>
        resource === values.resource && name !== values.name && deprecatedAt === null,
    ),
    problems,
  })
}

function readScope(fields: URLSearchParams, name: string): ScopeValues {
  const text = (field: keyof ScopeValues) => fields.get(field)?.trim() ?? ''
  return {
    name: name || text('name'),
    resource: text('resource'),
    title: text('title'),
    description: text('description'),
    target: text('target'),
    sensitive: fields.has('sensitive'),
    deprecated: fields.has('deprecated'),
    replaced_by: text('replaced_by'),
  }
}

function toScopeValues({ deprecatedAt, replacedBy, ...scope }: Scope): ScopeValues {
  return { ...scope, deprecated: deprecatedAt !== null, replaced_by: replacedBy ?? '' }
}
