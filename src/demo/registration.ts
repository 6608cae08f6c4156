/** What the demo integration is registered as; `npm start` seeds it. */
export const DEMO_CLIENT_ID = 'app_demo'
export const DEMO_CALLBACK_PATH = '/demo/callback'
export const DEMO_API_PATH = '/demo/api'
export const DEMO_SCOPES = ['profile:read', 'projects:read', 'projects:write'] as const

/**
 * What the demo API shows to the issuer, who seals it: a fixed value, because it exists in local databases only, as long
 * as the 32 random bytes of a real one.
 */
export const DEMO_INTROSPECTION_ID = 'resource_demo'
export const DEMO_SECRET_BODY = 'demo-resource-secret-for-local-development_'
