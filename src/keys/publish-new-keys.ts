import { newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { Algorithm } from './algorithms.ts'
import { publishKeys } from './keys-store.ts'
import { createKey } from './private-key.ts'
import type { KeyState, StoredKey } from './private-keys-store.ts'

export interface KeyIdentity {
  alg: Algorithm
  shard: string
}

export interface WantedKey {
  state: KeyState
  signsFrom: EpochSeconds
}

/**
 * Creates keys and publishes their public halves, all at once. The private halves, wrapped, are for the caller to keep:
 * after this, so that no token names a key that nobody can find.
 */
export async function publishNewKeys(
  db: D1Database,
  secrets: readonly string[],
  { alg, shard }: KeyIdentity,
  wanted: readonly WantedKey[],
  createdAt: EpochSeconds,
): Promise<StoredKey[]> {
  const keys = await Promise.all(wanted.map(async (key) => ({ ...key, ...(await createKey(alg, secrets)) })))
  await publishKeys(
    db,
    keys.map(({ kid, publicJwk, signsFrom }) => ({ kid, alg, shard, publicJwk, createdAt, signsFrom })),
    keys.map(({ kid }) => newAuditEvent({ event: 'key.created', at: createdAt, reason: kid })),
  )
  return keys.map(({ kid, state, wrapped, signsFrom }) => ({ kid, state, wrapped, createdAt, signsFrom }))
}
