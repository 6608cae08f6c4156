import type { Context } from 'hono'
import { SESSION_COOKIE } from '../../accounts/sessions.ts'
import type { Config } from '../../env.ts'
import { cookieName } from '../../lib/cookies.ts'
import type { ApiEnv } from './api-env.ts'
import { API_SCOPES } from './protected-resource.ts'
import type { Api } from './route.ts'

const INFO = {
  title: 'Postern dashboard API',
  version: '1',
  description:
    'Register apps and manage their secrets. Times are epoch seconds, lists are `{items, next_cursor}`, and every ' +
    'refusal is `application/problem+json` (RFC 9457).',
}
const TAGS = [
  { name: 'Apps', description: 'What developers register; in the protocol, the clients.' },
  { name: 'Secrets', description: 'What a confidential app proves itself with at the token endpoint.' },
  { name: 'Activity', description: 'How much an app is used, and what of it was refused.' },
  { name: 'Grants', description: 'What you allowed to apps.' },
  { name: 'Publisher', description: 'The proof that who runs an app also runs the domain of its homepage.' },
  { name: 'Accounts', description: 'What is stored about you, and how an account ends.' },
  { name: 'Organizations', description: 'Organizations, their members and roles.' },
  { name: 'Decisions', description: 'Which apps may reach an organization.' },
  {
    name: 'Inventory',
    description: 'Every app that reaches an organization, what it may do, and what of that it uses.',
  },
  {
    name: 'Policy',
    description: 'Which apps members may connect where nobody decided, and the clean-up behind decisions.',
  },
  { name: 'Audit', description: 'What happened in an organization, and who did it.' },
  {
    name: 'Webhooks',
    description: 'What happens in an organization, told to an address of its own as Standard Webhooks describes.',
  },
  { name: 'Operators', description: 'What those who run the deployment see and stop.' },
  { name: 'Scopes', description: 'The catalogue of permissions.' },
  { name: 'Resources', description: 'The protected APIs, kept by operators.' },
]

/** Serves the OpenAPI document of `api`, made when it is first asked for: start-up does not pay for it. */
export function openApiDocument(api: Api) {
  const documents = new WeakMap<Config, string>()
  return function answerOpenApiDocument(c: Context<ApiEnv>): Response {
    const config = c.get('config')
    const document = documents.get(config) ?? JSON.stringify(describeApi(api, config))
    documents.set(config, document)
    c.header('Cache-Control', 'public, max-age=300')
    return c.body(document, 200, { 'Content-Type': 'application/json' })
  }
}

export function describeApi(api: Api, config: Config) {
  const { issuer } = config
  const document = api.getOpenAPI31Document({ openapi: '3.1.0', info: INFO, tags: TAGS, servers: [{ url: issuer }] })
  return { ...document, components: { ...document.components, securitySchemes: securitySchemes(config) } }
}

function securitySchemes(config: Config) {
  const { issuer } = config
  return {
    resource: {
      type: 'http',
      scheme: 'basic',
      description: 'The introspection credentials of a protected API.',
    },
    access_token: {
      type: 'oauth2',
      description: 'An access token whose audience is this API. Its organizations bound what it reaches.',
      flows: {
        authorizationCode: {
          authorizationUrl: `${issuer}/authorize`,
          tokenUrl: `${issuer}/token`,
          scopes: API_SCOPES,
        },
      },
    },
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: cookieName(SESSION_COOKIE, config),
      description: 'The session of our own pages. Methods that change something need `Origin` equal to the issuer.',
    },
  }
}
