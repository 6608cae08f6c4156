import type { Bindings } from '../env.ts'
import { fromBase64Url, sha256 } from './encoding.ts'
import type { OneTime } from './one-time-object.ts'

/** The size is part of an object's name: another size is another pool, and nothing is taken twice. */
const POOL_SIZE = 32

/** The object of the pool that holds `key`. */
export async function oneTimeObject(env: Bindings, key: string) {
  const slot = fromBase64Url(await sha256(key))[0]! % POOL_SIZE
  const pool = env.ONE_TIME as DurableObjectNamespace<OneTime>
  return pool.get(pool.idFromName(`${POOL_SIZE}:${slot}`))
}
