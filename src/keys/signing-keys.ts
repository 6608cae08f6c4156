import type { Bindings, Config, Shard } from '../env.ts'
import { callStore } from '../lib/storage.ts'
import type { Algorithm } from './algorithms.ts'
import type { SigningKeys } from './signing-keys-object.ts'

interface KeyChoice {
  alg: Algorithm
  shard: Shard
}

interface Signed {
  jwt: string
  kid: string
}

/** Signs where the key lives. Until a shard's own key was published long enough, the first shard signs for it. */
export async function signJwt(
  env: Bindings,
  config: Config,
  { alg, shard }: KeyChoice,
  typ: string,
  claims: object,
): Promise<Signed> {
  const input = { alg, typ, claims: JSON.stringify(claims) }
  const own = config.keyShards.includes(shard) ? shard : config.keyShards[0]
  for (const candidate of new Set([own, config.keyShards[0]])) {
    const outcome = await callStore('SigningKeys', async () =>
      signingKeysOf(env, alg, candidate).sign({ ...input, shard: candidate }),
    )
    if (outcome.ok) return { jwt: outcome.jwt, kid: outcome.kid }
  }
  throw new Error('the first shard must always be able to sign')
}

/** For the key set of a deployment that has signed nothing yet. */
export async function createFirstKeys(env: Bindings, { keyShards: [shard] }: Config): Promise<void> {
  await callStore('SigningKeys', async () => signingKeysOf(env, 'ES256', shard).createFirst('ES256', shard))
}

/** One object per algorithm and shard, near where its tokens are asked for. */
export function signingKeysOf(env: Bindings, alg: Algorithm, shard: Shard) {
  const objects = env.SIGNING_KEYS as DurableObjectNamespace<SigningKeys>
  return objects.get(objects.idFromName(`${alg}:${shard}`), { locationHint: shard })
}
