import { GRANT_TYPES, type GrantType } from '../../apps/grant-types.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import type { GrantHandler } from './grant-handler.ts'
import { refreshTokenGrant } from './refresh-token.ts'

/** How the token endpoint answers each grant type. A row of `GRANT_TYPES` without one here does not compile. */
export const GRANT_HANDLERS: Record<GrantType, GrantHandler> = {
  authorization_code: authorizationCodeGrant,
  refresh_token: refreshTokenGrant,
}

export function isGrantType(name: string): name is GrantType {
  return Object.hasOwn(GRANT_TYPES, name)
}
