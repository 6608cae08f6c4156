import type { z } from '@hono/zod-openapi'
import type { App } from '../../apps/app.ts'
import { logoPath } from '../../apps/logo.ts'
import { publisherOf } from '../../apps/publisher-mark.ts'
import type { AppSettings, Setting, SettingProblem } from '../../apps/settings.ts'
import type { FieldError } from '../../errors.ts'
import { pointer } from '../kit/field-errors.ts'
import type { appBody, appChange } from './schemas.ts'

type AppBody = z.infer<typeof appBody>
type SettingsBody = Required<z.infer<typeof appChange>>

/** The name of each setting on the wire. */
const WIRE_NAMES = {
  clientName: 'client_name',
  redirectUris: 'redirect_uris',
  grantTypes: 'grant_types',
  tokenEndpointAuthMethod: 'token_endpoint_auth_method',
  scopes: 'scopes',
  optionalScopes: 'optional_scopes',
  clientUri: 'client_uri',
  logoUri: 'logo_uri',
  policyUri: 'policy_uri',
  tosUri: 'tos_uri',
  contacts: 'contacts',
  visibility: 'visibility',
} as const satisfies Record<Setting, keyof SettingsBody>

export function toSettings(body: SettingsBody): AppSettings {
  return {
    clientName: body.client_name,
    redirectUris: body.redirect_uris,
    grantTypes: body.grant_types,
    tokenEndpointAuthMethod: body.token_endpoint_auth_method,
    scopes: body.scopes,
    optionalScopes: body.optional_scopes,
    clientUri: body.client_uri,
    logoUri: body.logo_uri,
    policyUri: body.policy_uri,
    tosUri: body.tos_uri,
    contacts: body.contacts,
    visibility: body.visibility,
  }
}

export function toAppBody(app: App): AppBody {
  return {
    client_id: app.clientId,
    organization_id: app.organizationId,
    client_name: app.clientName,
    redirect_uris: [...app.redirectUris],
    grant_types: [...app.grantTypes],
    token_endpoint_auth_method: app.tokenEndpointAuthMethod,
    scopes: [...app.scopes],
    optional_scopes: [...app.optionalScopes],
    client_uri: app.clientUri,
    logo_uri: app.logoUri,
    policy_uri: app.policyUri,
    tos_uri: app.tosUri,
    contacts: [...app.contacts],
    visibility: app.visibility,
    logo_path: app.logoHash && logoPath(app.logoHash),
    publisher: publisherOf(app),
    created_at: app.createdAt,
    updated_at: app.updatedAt,
    version: app.version,
  }
}

export function toFieldError({ setting, index, detail }: SettingProblem): FieldError {
  const name = WIRE_NAMES[setting]
  return { pointer: index === undefined ? pointer(name) : pointer(name, index), detail }
}
