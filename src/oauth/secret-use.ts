import type { Context } from 'hono'
import { noteSecretUsed } from '../apps/secrets-store.ts'
import type { AppEnv } from '../env.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { requestId } from '../lib/request-id.ts'
import { StorageUnavailable } from '../lib/storage.ts'
import type { AuthenticatedClient } from './client-authentication.ts'

const RESOLUTION_SECONDS = 3600

/** "Last used" of a secret: to the hour, and after the answer. */
export function noteSecretUse(c: Context<AppEnv>, { secret }: AuthenticatedClient): void {
  const now = currentTime()
  if (!secret || (secret.lastUsedAt !== null && now - secret.lastUsedAt < RESOLUTION_SECONDS)) return
  c.executionCtx.waitUntil(writeUse(c, secret.id, now))
}

/** The answer is gone already, and the next request writes what this one could not. */
async function writeUse(c: Context<AppEnv>, secretId: string, now: EpochSeconds): Promise<void> {
  try {
    await noteSecretUsed(c.env.DB, secretId, now)
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error
    console.error(`${requestId(c.req.raw)} the last use of a secret was not written: ${error.message}`)
  }
}
