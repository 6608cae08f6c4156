import type { Context } from 'hono'
import type { AppEnv, Config } from '../../env.ts'
import { API_PATH } from './addresses.ts'

/** RFC 9728 §3.1: the well-known part goes between host and path of the resource. */
export const PROTECTED_RESOURCE_METADATA_PATH = `/.well-known/oauth-protected-resource${API_PATH}`

/** What an access token may be allowed to do here. */
export const API_SCOPES = {
  'apps:read': 'See the apps of your organizations and their settings.',
  'apps:write': 'Register, change and delete apps of your organizations.',
  'secrets:write': 'Create and delete the secrets that apps sign in with.',
  'organizations:read': 'See the members of your organizations, and which apps they decided on.',
  'organizations:write': 'Change the names and settings of your organizations.',
  'members:write': 'Invite, change and remove members of your organizations, but no owners and administrators.',
  'decisions:write': 'Decide which apps may reach your organizations. Only for apps of this service.',
  'policy:write': 'Change which apps may reach your organizations where nobody decided. Only for apps of this service.',
  'audit:read': 'See who did what with apps, members and decisions of your organizations.',
  'webhooks:write':
    'Create, change and delete the webhooks that tell other systems what happens in your organizations.',
  'grants:read': 'See which apps you allowed, and what they may do.',
  'grants:write': 'Take back or narrow what you allowed to apps.',
} as const
export type ApiScope = keyof typeof API_SCOPES

export function apiResource({ issuer }: Config): string {
  return issuer + API_PATH
}

/** RFC 9728 §3.2: from here a client finds out where to get a token for this API. */
export function answerProtectedResourceMetadata(c: Context<AppEnv>): Response {
  const config = c.get('config')
  c.header('Cache-Control', 'public, max-age=300')
  return c.json({
    resource: apiResource(config),
    authorization_servers: [config.issuer],
    scopes_supported: Object.keys(API_SCOPES),
    bearer_methods_supported: ['header'],
    resource_name: 'Postern dashboard API',
  })
}

/** `WWW-Authenticate` of RFC 6750 §3; without an error when no credentials were sent. */
export function challenge(
  config: Config,
  parameters: { error?: 'invalid_token' | 'insufficient_scope'; scope?: string },
) {
  const metadata = config.issuer + PROTECTED_RESOURCE_METADATA_PATH
  const pairs = Object.entries({ ...parameters, resource_metadata: metadata }).map(
    ([name, value]) => `${name}="${value}"`,
  )
  return { 'WWW-Authenticate': `Bearer ${pairs.join(', ')}` }
}
