import type { App } from '../../apps/app.ts'
import { toSnakeKeys } from '../../lib/case.ts'
import type { AppFormValues } from './form.tsx'
import { appSettings } from './schemas.ts'

const SCOPE_FIELD = 'scope:'

export const EMPTY_FORM: AppFormValues = {
  clientName: '',
  redirectUris: '',
  refreshes: true,
  scopes: {},
  clientUri: '',
  logoUri: '',
  policyUri: '',
  tosUri: '',
  contacts: '',
}

export function readAppForm(fields: URLSearchParams): AppFormValues {
  const text = (name: string) => fields.get(name)?.trim() ?? ''
  return {
    clientName: text('client_name'),
    redirectUris: text('redirect_uris'),
    refreshes: fields.has('refresh_token'),
    scopes: readScopes(fields),
    clientUri: text('client_uri'),
    logoUri: text('logo_uri'),
    policyUri: text('policy_uri'),
    tosUri: text('tos_uri'),
    contacts: text('contacts'),
  }
}

export function toAppForm(app: App): AppFormValues {
  return {
    clientName: app.clientName,
    redirectUris: app.redirectUris.join('\n'),
    refreshes: app.grantTypes.includes('refresh_token'),
    scopes: {
      ...Object.fromEntries(app.scopes.map((scope) => [scope, 'required'])),
      ...Object.fromEntries(app.optionalScopes.map((scope) => [scope, 'optional'])),
    },
    clientUri: app.clientUri ?? '',
    logoUri: app.logoUri ?? '',
    policyUri: app.policyUri ?? '',
    tosUri: app.tosUri ?? '',
    contacts: app.contacts.join('\n'),
  }
}

const formSettings = appSettings.omit({ token_endpoint_auth_method: true, visibility: true })

/** What the form says, as the API is told it. Only the schema and the rules behind it judge. */
export function toBody(values: AppFormValues) {
  return toSnakeKeys(formSettings, {
    clientName: values.clientName,
    redirectUris: lines(values.redirectUris),
    grantTypes: values.refreshes ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
    scopes: scopesChosen(values, 'required'),
    optionalScopes: scopesChosen(values, 'optional'),
    clientUri: values.clientUri || null,
    logoUri: values.logoUri || null,
    policyUri: values.policyUri || null,
    tosUri: values.tosUri || null,
    contacts: lines(values.contacts),
  })
}

function readScopes(fields: URLSearchParams): AppFormValues['scopes'] {
  const chosen: Record<string, 'required' | 'optional'> = {}
  for (const [name, value] of fields) {
    if (!name.startsWith(SCOPE_FIELD)) continue
    if (value === 'required' || value === 'optional') chosen[name.slice(SCOPE_FIELD.length)] = value
  }
  return chosen
}

function scopesChosen({ scopes }: AppFormValues, wanted: 'required' | 'optional'): string[] {
  return Object.keys(scopes).filter((scope) => scopes[scope] === wanted)
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}
