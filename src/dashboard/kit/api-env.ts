import type { Session } from '../../accounts/sessions.ts'
import type { AppEnv } from '../../env.ts'
import type { LiveAccessToken } from '../../ledger/live-access-token.ts'
import type { Membership } from '../../organizations/organization.ts'

/** Who calls, and the organizations that they may reach here, each with the person's role. */
export type Caller =
  | { via: 'session'; accountId: string; memberships: readonly Membership[]; session: Session }
  | { via: 'access_token'; accountId: string; memberships: readonly Membership[]; accessToken: LiveAccessToken }

/** Of the routes that know who calls. */
export interface ApiEnv {
  Bindings: AppEnv['Bindings']
  Variables: AppEnv['Variables'] & { caller: Caller }
}

export type Visitor = Extract<Caller, { via: 'session' }>

/** Of the pages that know who visits. What an unsafe request sent is in `fields`. */
export interface PageEnv {
  Bindings: AppEnv['Bindings']
  Variables: AppEnv['Variables'] & { caller: Visitor; fields: URLSearchParams }
}
