/** What an app may be registered for (RFC 6749 §1.3): what the tokens of each are called where they are counted. */
export const GRANT_TYPES = {
  authorization_code: { counted: 'New connections' },
  refresh_token: { counted: 'Refreshes' },
} as const
export type GrantType = keyof typeof GRANT_TYPES
export const GRANT_TYPE_NAMES = Object.keys(GRANT_TYPES) as GrantType[]
