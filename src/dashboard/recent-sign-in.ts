import { signedInWithin } from '../accounts/sessions.ts'
import { ApiError } from '../errors.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { Caller } from './caller.ts'

/** How recent a sign-in must be for what outlives the session: secrets, webhooks, and whatever operators do. */
export const RECENT_SIGN_IN_SECONDS = 15 * 60

/** Whoever finds a browser signed in must not walk away with a credential. */
export function checkRecentSignIn(caller: Caller, now: EpochSeconds): void {
  if (caller.via === 'access_token' || signedInWithin(caller.session, RECENT_SIGN_IN_SECONDS, now)) return
  throw new ApiError('sign-in-too-old')
}
