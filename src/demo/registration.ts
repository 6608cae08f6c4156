/** What the demo integration is registered as; `npm start` seeds it. */
export const DEMO_CLIENT_ID = 'app_demo'
export const DEMO_CALLBACK_PATH = '/demo/callback'
export const DEMO_API_PATH = '/demo/api'
export const DEMO_SCOPES = ['profile:read', 'projects:read', 'projects:write'] as const

/** What the demo API shows to the issuer. A fixed value, because it exists in local databases only. */
export const DEMO_CREDENTIALS = {
  clientId: 'resource_demo',
  clientSecret: 'demo-resource-secret-for-local-development-only',
} as const
