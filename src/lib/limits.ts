import type { Bindings } from '../env.ts'
import type { EpochSeconds } from './clock.ts'
import { fromBase64Url, sha256 } from './encoding.ts'
import type { Limit, Limits, Taken } from './limits-object.ts'
import { callStore } from './storage.ts'

/** The size is part of an object's name: another size is another pool, which starts to count anew. */
const POOL_SIZE = 32
/** The period of the binding in wrangler.toml. */
const BURST_PERIOD_SECONDS = 60

/**
 * Counts one more of `key`, exactly and for the whole deployment. The key is kept as its hash: it may hold an address.
 * With several limits, all of them must leave room.
 */
export async function takeLimit(
  env: Bindings,
  key: string,
  limits: readonly Limit[],
  now: EpochSeconds,
): Promise<Taken> {
  const hash = await sha256(key)
  const slot = fromBase64Url(hash)[0]! % POOL_SIZE
  const pool = env.LIMITS as DurableObjectNamespace<Limits>
  const stub = pool.get(pool.idFromName(`${POOL_SIZE}:${slot}`))
  return callStore('Limits', async () => stub.take(hash, limits, now))
}

/**
 * The cheap stage in front, which keeps a flood away from the objects: it counts for each location of Cloudflare by
 * itself and roughly, and decides nothing that must be exact.
 */
export async function takeBurst(env: Bindings, key: string): Promise<Taken> {
  const { success } = await callStore('Limits', () => env.BURSTS.limit({ key }))
  return success ? { ok: true } : { ok: false, retryAfterSeconds: BURST_PERIOD_SECONDS }
}
