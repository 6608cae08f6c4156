import type { z } from '@hono/zod-openapi'
import type { Resource, Scope } from '../../catalog/catalog.ts'
import { findScopeDependents, listResources, listScopes, type ScopeDependents } from '../../catalog/catalog-store.ts'
import * as change from '../../catalog/change-catalog.ts'
import { isSameResource } from '../../catalog/resource-identifier.ts'
import { findReplacementProblem, isOwnResource } from '../../catalog/rules.ts'
import { ApiError } from '../../errors.ts'
import { toCamelKeys } from '../../lib/case.ts'
import { currentTime } from '../../lib/clock.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { invalidFields, pointer } from '../kit/field-errors.ts'
import { newResource, type newScope, resourceChange, scopeChange } from './schemas.ts'

export async function createScope(context: ActionContext, body: z.output<typeof newScope>): Promise<Scope> {
  const resource = await findResource(context, body.resource)
  if (!resource) throw invalidFields([{ pointer: pointer('resource'), detail: 'There is no such resource.' }])
  const { identifier } = resource
  const scope: Scope = { ...body, resource: identifier, openTo: 'everyone', deprecatedAt: null, replacedBy: null }
  if (await change.createScope(curator(context), scope, currentTime())) return scope
  throw new ApiError('conflict', 'There is a scope of that name already.')
}

export async function changeScope(
  context: ActionContext,
  name: string,
  body: z.output<typeof scopeChange>,
): Promise<Scope> {
  const now = currentTime()
  const catalogue = await listScopes(context.env.DB, context.config.issuer)
  const current = catalogue.find((scope) => scope.name === name)
  if (!current) throw new ApiError('not-found')
  const { deprecated, replacedBy, ...words } = toCamelKeys(scopeChange, body)
  const scope: Scope = {
    ...current,
    ...words,
    deprecatedAt: (deprecated ?? current.deprecatedAt !== null) ? (current.deprecatedAt ?? now) : null,
    replacedBy: replacedBy === undefined ? current.replacedBy : replacedBy,
  }
  const problem = findReplacementProblem(scope, catalogue)
  if (problem) throw invalidFields([{ pointer: pointer('replaced_by'), detail: problem }])
  if (await change.changeScope(curator(context), scope, now)) return scope
  throw new ApiError('not-found')
}

/** Decided by the statement that deletes; what is listed after a refusal is read then. */
export async function deleteScope(context: ActionContext, name: string): Promise<void> {
  const { env, config } = context
  const scope = (await listScopes(env.DB, config.issuer)).find((candidate) => candidate.name === name)
  if (!scope) throw new ApiError('not-found')
  if (isOwnResource({ identifier: scope.resource }, config.issuer)) {
    throw new ApiError('conflict', 'The scopes of our own API belong to it and stay.')
  }
  if (await change.deleteScope(curator(context), name, currentTime())) return
  throw new ApiError('conflict', describeDependents(name, await findScopeDependents(env.DB, name)))
}

export async function createResource(context: ActionContext, body: z.output<typeof newResource>): Promise<Resource> {
  const existing = await findResource(context, body.identifier)
  if (existing)
    throw new ApiError('conflict', `There is a resource of that identifier already: ${existing.identifier}.`)
  const resource = { ...toCamelKeys(newResource, body), introspectionId: null }
  if (await change.createResource(curator(context), resource, currentTime())) return resource
  throw new ApiError('conflict', 'There is a resource of that identifier already.')
}

export async function changeResource(
  context: ActionContext,
  identifier: string,
  body: z.output<typeof resourceChange>,
): Promise<Resource> {
  const current = await requireResource(context, identifier)
  const resource = { ...current, ...toCamelKeys(resourceChange, body) }
  if (await change.changeResource(curator(context), resource, currentTime())) return resource
  throw new ApiError('not-found')
}

export async function createResourceCredentials(
  context: ActionContext,
  identifier: string,
): Promise<{ id: string; secret: string }> {
  const resource = await requireResource(context, identifier)
  const credentials = await change.createResourceCredentials(curator(context), resource.identifier, currentTime())
  if (!credentials) throw new ApiError('not-found')
  return credentials
}

export async function requireResource(context: ActionContext, identifier: string): Promise<Resource> {
  const resource = await findResource(context, identifier)
  if (!resource) throw new ApiError('not-found')
  return resource
}

/** In any spelling that names it: a second entry that differs only so could not be told from the first. */
async function findResource({ env, config }: ActionContext, identifier: string): Promise<Resource | undefined> {
  return (await listResources(env.DB, config.issuer)).find((resource) =>
    isSameResource(resource.identifier, identifier),
  )
}

function curator({ env, config, caller }: ActionContext): change.Curator {
  const { issuer, credentialSecrets } = config
  return { db: env.DB, issuer, credentialSecrets, actor: caller.accountId }
}

function describeDependents(name: string, { apps, grants, replaces }: ScopeDependents): string {
  const parts = [
    apps.length > 0 && `apps: ${apps.map(({ clientName, clientId }) => `${clientName} (${clientId})`).join(', ')}`,
    grants > 0 && `living grants: ${grants}`,
    replaces.length > 0 && `it replaces: ${replaces.join(', ')}`,
  ].filter((part) => part !== false)
  return `${name} is in use and can only be deprecated. ${parts.join('; ')}.`
}
