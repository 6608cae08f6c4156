import { RECENT_SIGN_IN_SECONDS, signedInWithin } from '../../accounts/sessions.ts'
import { ApiError } from '../../errors.ts'
import { currentTime, type EpochSeconds } from '../../lib/clock.ts'
import type { Caller } from './api-env.ts'

/** What an act needs beyond the role and the scope for it. */
interface Need {
  /** A sign-in within 15 minutes: whoever finds a browser signed in must not leave something behind. */
  recent?: true
  /**
   * For an access token, beside its scope: `never`, or only of a first-party app whose person signed in within 15
   * minutes, and never about the app that the token belongs to.
   */
  byToken?: 'never' | 'first_party'
}

/**
 * Every unsafe operation of the API, whose use case the pages share; behind a colon, a case that needs more. A test
 * holds that no unsafe route is missing, and tries each one with an old session (test/dashboard/matrix.test.ts).
 */
export const ACTS = {
  registerApp: {},
  changeApp: {},
  'changeApp: redirect URIs': { recent: true },
  deleteApp: { recent: true },
  createSecret: { recent: true },
  deleteSecret: { recent: true },
  verifyPublisher: {},
  narrowGrant: {},
  revokeGrant: {},
  disconnectApp: {},
  createOrganization: { byToken: 'never' },
  changeOrganization: {},
  closeOrganization: { recent: true, byToken: 'never' },
  changeRole: { recent: true },
  'changeRole: administrators': { recent: true, byToken: 'never' },
  removeMember: { recent: true },
  'removeMember: administrators': { recent: true, byToken: 'never' },
  'removeMember: leaves': {},
  invite: {},
  'invite: administrators': { recent: true, byToken: 'never' },
  withdrawInvitation: {},
  decide: { recent: true, byToken: 'first_party' },
  withdrawDecision: { recent: true, byToken: 'first_party' },
  decideAccessRequest: { recent: true, byToken: 'first_party' },
  previewPolicy: {},
  changePolicy: { recent: true, byToken: 'first_party' },
  createWebhook: { recent: true },
  changeWebhook: { recent: true },
  createWebhookSecret: { recent: true },
  deleteWebhook: { recent: true },
  challengeWebhook: {},
  resendWebhookDelivery: {},
  /** With the credentials of a protected API, and neither session nor access token. */
  reportUsage: {},
  withdrawSigningKey: { recent: true, byToken: 'never' },
  rotateSigningKey: { recent: true, byToken: 'never' },
  suspend: { recent: true, byToken: 'never' },
  resume: { recent: true, byToken: 'never' },
  deleteAccount: { recent: true, byToken: 'never' },
  eraseAccount: { recent: true, byToken: 'never' },
  createScope: { recent: true, byToken: 'never' },
  changeScope: { recent: true, byToken: 'never' },
  deleteScope: { recent: true, byToken: 'never' },
  createResource: { recent: true, byToken: 'never' },
  changeResource: { recent: true, byToken: 'never' },
  createResourceCredentials: { recent: true, byToken: 'never' },
} as const satisfies Record<string, Need>
export type Act = keyof typeof ACTS

/** Role and scope were checked. `clientId` is the app that the act is about, where it decides about one. */
export function checkAct(caller: Caller, act: Act, clientId?: string): void {
  const need: Need = ACTS[act]
  const now = currentTime()
  if (caller.via === 'session') {
    if (need.recent && !isRecent(caller, now)) throw new ApiError('sign-in-too-old')
    return
  }
  if (need.byToken === 'never') throw new ApiError('forbidden', 'This is done by session, and by no access token.')
  if (need.byToken === 'first_party') checkFirstPartyToken(caller, clientId, now)
}

export function isRecent(caller: Extract<Caller, { via: 'session' }>, now: EpochSeconds): boolean {
  return signedInWithin(caller.session, RECENT_SIGN_IN_SECONDS, now)
}

function checkFirstPartyToken(
  { accessToken }: Extract<Caller, { via: 'access_token' }>,
  clientId: string | undefined,
  now: EpochSeconds,
): void {
  if (accessToken.clientId === clientId) throw new ApiError('forbidden', 'No app decides about itself.')
  if (!accessToken.firstParty) throw new ApiError('forbidden', 'This is done by session, or by an app of this service.')
  if (now - accessToken.signedInAt > RECENT_SIGN_IN_SECONDS) throw new ApiError('sign-in-too-old')
}
