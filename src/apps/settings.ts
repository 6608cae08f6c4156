import type { App } from './app.ts'

/** What a developer decides about an app; the rest is ours. */
export type AppSettings = Pick<
  App,
  | 'clientName'
  | 'redirectUris'
  | 'grantTypes'
  | 'tokenEndpointAuthMethod'
  | 'scopes'
  | 'optionalScopes'
  | 'clientUri'
  | 'logoUri'
  | 'policyUri'
  | 'tosUri'
  | 'contacts'
  | 'visibility'
>
export type Setting = keyof AppSettings

export interface SettingProblem {
  setting: Setting
  /** The wrong item, when the setting is a list. */
  index?: number
  /** The rule in words. */
  detail: string
}

/** A public client (RFC 6749 §2.1) keeps no secret. */
export function isPublic(app: Pick<App, 'tokenEndpointAuthMethod'>): boolean {
  return app.tokenEndpointAuthMethod === 'none'
}
