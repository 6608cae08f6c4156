import { GRANT_TYPE_NAMES } from '../apps/grant-types.ts'
import type { Config } from '../env.ts'
import { ENDPOINTS } from './endpoints.ts'

const SECRET_METHODS = ['client_secret_basic', 'client_secret_post']

/** RFC 8414 §2; says only what works. */
export function authorizationServerMetadata({ issuer }: Config) {
  const endpoints = Object.values(ENDPOINTS).flatMap(({ name, path }) => (name ? [[name, issuer + path] as const] : []))
  return {
    issuer,
    ...Object.fromEntries(endpoints),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: GRANT_TYPE_NAMES,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', ...SECRET_METHODS],
    revocation_endpoint_auth_methods_supported: ['none', ...SECRET_METHODS],
    introspection_endpoint_auth_methods_supported: SECRET_METHODS,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    authorization_response_iss_parameter_supported: true,
    protected_resources: [`${issuer}/api/v1`],
    service_documentation: `${issuer}/api/v1/openapi.json`,
  }
}

const documents = new WeakMap<Config, string>()

/** The document as text, made once: it changes only with the configuration. */
export function metadataDocument(config: Config): string {
  const known = documents.get(config)
  if (known) return known
  const document = JSON.stringify(authorizationServerMetadata(config))
  documents.set(config, document)
  return document
}
