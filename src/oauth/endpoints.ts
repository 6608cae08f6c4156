/** Every protocol path, once: the routes and the metadata both read it. */
export const ENDPOINTS = {
  authorization_endpoint: '/authorize',
  token_endpoint: '/token',
  revocation_endpoint: '/revoke',
  introspection_endpoint: '/introspect',
  jwks_uri: '/.well-known/jwks.json',
} as const

export const METADATA_PATHS = {
  authorization_server: '/.well-known/oauth-authorization-server',
  openid_configuration: '/.well-known/openid-configuration',
} as const
