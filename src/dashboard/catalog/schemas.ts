import { z } from '@hono/zod-openapi'
import { nameSchema } from '../../apps/name.ts'
import { AUDIENCES, SIGNING_ALGORITHMS, TARGETS } from '../../catalog/catalog.ts'
import { findIdentifierProblem, findScopeNameProblem } from '../../catalog/rules.ts'
import { checkedText } from '../../lib/texts.ts'
import { changeOf } from '../kit/change-of.ts'
import { listOf } from '../kit/pagination.ts'

const MIN_TTL_SECONDS = 60
const MAX_TTL_SECONDS = 86_400
const MAX_DESCRIPTION_LENGTH = 300

const scopeName = checkedText(z.string(), findScopeNameProblem).openapi({
  description: '`thing:action`, as in the `scope` parameter.',
  example: 'projects:read',
})
const scopeSettings = {
  title: nameSchema().openapi({ description: 'A few words for lists.', example: 'See projects' }),
  description: z.string().trim().min(1, 'A scope needs a sentence.').max(MAX_DESCRIPTION_LENGTH).openapi({
    description: 'The sentence that people read on the consent page.',
    example: 'See the projects of the organizations you choose.',
  }),
  sensitive: z.boolean().openapi({ description: 'Always asks the person anew.', example: false }),
}
const resourceIdentifier = checkedText(z.string(), findIdentifierProblem).openapi({
  description: 'The absolute URI of the API, as in the `resource` parameter and in `aud` (RFC 8707).',
  format: 'uri',
  example: 'https://api.example.com',
})
const deprecation = {
  deprecated: z.boolean().openapi({
    description: 'Apps that have the scope keep it; no other app can be registered for it any more.',
    example: false,
  }),
  replaced_by: z.string().max(100).nullable().openapi({
    description: 'The scope to use in place of a deprecated one, of the same resource.',
    example: null,
  }),
}
const target = z.enum(TARGETS).openapi({
  description: "What it reaches: the person's own account, or organizations that the person chooses.",
  example: 'organization',
})

const scopeOpenTo = z.enum(AUDIENCES).openapi({
  description: '`first_party`: never issued to an app of somebody else.',
  example: 'everyone',
})

export const scopeBody = z
  .object({
    name: scopeName,
    resource: resourceIdentifier,
    target,
    open_to: scopeOpenTo,
    ...scopeSettings,
    ...deprecation,
  })
  .openapi('Scope', { description: 'One permission at one API.' })
export const scopeList = listOf(scopeBody).openapi('ScopeList', { description: 'The whole catalogue.' })

export const newScope = z
  .strictObject({
    name: scopeName,
    resource: resourceIdentifier,
    target,
    ...scopeSettings,
    sensitive: scopeSettings.sensitive.default(false),
  })
  .openapi('NewScope', { description: 'A new scope. Name, resource and target cannot change later.' })

export const scopeChange = changeOf({ ...scopeSettings, ...deprecation }).openapi('ScopeChange', {
  description: 'What is left out stays; null clears.',
})

const resourceSettings = {
  name: nameSchema().openapi({ description: 'What people call the API.', example: 'Projects API' }),
  signing_alg: z.enum(SIGNING_ALGORITHMS).openapi({
    description: 'What its access tokens are signed with: what the API can verify.',
    example: 'ES256',
  }),
  access_token_ttl_seconds: z.int().min(MIN_TTL_SECONDS).max(MAX_TTL_SECONDS).nullable().openapi({
    description: 'How long its access tokens live, 60 to 86400 seconds; null: the default of the deployment.',
    example: null,
  }),
  open_to: z.enum(AUDIENCES).openapi({
    description: '`first_party`: other apps cannot be registered for its scopes, and lose them at their next token.',
    example: 'everyone',
  }),
}

export const resourceBody = z
  .object({
    identifier: resourceIdentifier,
    ...resourceSettings,
    introspection_id: z.string().nullable().openapi({
      description: 'What the API authenticates as at the introspection endpoint; null: it has no credentials.',
      example: 'resource_3Fh0sZk3PqLmNoXyAbCd',
    }),
  })
  .openapi('Resource', { description: 'A protected API.' })
export const resourceList = listOf(resourceBody).openapi('ResourceList', { description: 'All of them.' })

export const newResource = z
  .strictObject({
    identifier: resourceIdentifier,
    name: resourceSettings.name,
    signing_alg: resourceSettings.signing_alg.default('ES256'),
    access_token_ttl_seconds: resourceSettings.access_token_ttl_seconds.default(null),
    open_to: resourceSettings.open_to.default('everyone'),
  })
  .openapi('NewResource', { description: 'A new protected API. Its identifier cannot change later.' })

export const resourceChange = changeOf(resourceSettings).openapi('ResourceChange', {
  description: 'What is left out stays.',
})

export const resourceCredentials = z
  .object({
    introspection_id: z
      .string()
      .openapi({ description: 'The user name for HTTP Basic.', example: 'resource_3Fh0sZk3' }),
    introspection_secret: z
      .string()
      .openapi({ description: 'The password, shown this once.', example: 'pst_resource_…' }),
  })
  .openapi('ResourceCredentials', { description: 'What the API authenticates with at the introspection endpoint.' })
