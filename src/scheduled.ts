import { deleteExpiredSessions } from './accounts/sessions-store.ts'
import { deleteOldKeys } from './apps/idempotency-store.ts'
import { deleteOldTokenErrors } from './apps/token-errors-store.ts'
import { deleteOldUsage } from './apps/usage-store.ts'
import type { Bindings } from './env.ts'
import { deleteExpiredKeys } from './keys/keys-store.ts'
import { currentTime } from './lib/clock.ts'

/** Hourly clean-up; everything here may be repeated or missed without harm. */
export async function runScheduled(env: Bindings): Promise<void> {
  const now = currentTime()
  await Promise.all([
    deleteExpiredSessions(env.DB, now),
    deleteExpiredKeys(env.DB, now),
    deleteOldKeys(env.DB, now),
    deleteOldUsage(env.DB, now),
    deleteOldTokenErrors(env.DB, now),
  ])
}
