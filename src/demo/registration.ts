/** What the demo integration is registered as; `npm start` seeds it. */
export const DEMO_CLIENT_ID = 'app_demo'
export const DEMO_CALLBACK_PATH = '/demo/callback'
export const DEMO_API_PATH = '/demo/api'
export const DEMO_SCOPES = ['profile:read', 'projects:read', 'projects:write'] as const
