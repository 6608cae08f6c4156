import type { Context } from 'hono'
import { noteSecretUsed } from '../apps/secrets-store.ts'
import type { AppEnv } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { afterAnswer } from './after-answer.ts'
import type { AuthenticatedClient } from './client-authentication.ts'

const RESOLUTION_SECONDS = 3600

/** "Last used" of a secret, to the hour: the next request writes what this one could not. */
export function noteSecretUse(c: Context<AppEnv>, { secret }: AuthenticatedClient): void {
  const now = currentTime()
  if (!secret || (secret.lastUsedAt !== null && now - secret.lastUsedAt < RESOLUTION_SECONDS)) return
  afterAnswer(c, 'the last use of a secret', () => noteSecretUsed(c.env.DB, secret.id, now))
}
