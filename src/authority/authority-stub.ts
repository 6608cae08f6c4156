import { type Bindings, type Config, hintOf, type Shard } from '../env.ts'
import { callStore, StorageUnavailable } from '../lib/storage.ts'
import type { Authority } from './authority-object.ts'
import type { Changes } from './facts.ts'
import type { IssueOutcome, IssueQuestion } from './issue.ts'
import { placeOf } from './place.ts'
import type { ReadOutcome, ReadQuestion } from './read.ts'

/** How many objects without keys answer in a shard: each is some thousand questions a second. */
const READERS_PER_SHARD = 4

type Stub = DurableObjectStub<Authority>

/** An authority is named after its shard; one without keys, after the shard and its place in the pool. */
export function authorityStub(env: Bindings, name: string): Stub {
  const authorities = env.AUTHORITY as DurableObjectNamespace<Authority>
  return authorities.get(authorities.idFromName(name), { locationHint: hintOf(shardOf(name)) })
}

function shardOf(name: string): Shard {
  return name.split('/', 1)[0] as Shard
}

export function callAuthority<T>(env: Bindings, name: string, call: (authority: Stub) => Promise<T>): Promise<T> {
  return callStore('Authority', () => call(authorityStub(env, name)))
}

/** Asks where the account's keys are. Until a shard's own key was published long enough, the first shard signs for it. */
export async function issueIfAllowed(
  env: Bindings,
  config: Config,
  shard: Shard,
  question: Omit<IssueQuestion, 'authority'>,
): Promise<Exclude<IssueOutcome, { outcome: 'unavailable' | 'elsewhere' }>> {
  const own = config.keyShards.includes(shard) ? shard : config.keyShards[0]
  for (const authority of new Set([own, config.keyShards[0]])) {
    const outcome = await callAuthority(env, authority, async (stub) => stub.issueIfAllowed({ ...question, authority }))
    if (outcome.outcome === 'unavailable') throw new StorageUnavailable('Authority', undefined)
    if (outcome.outcome !== 'elsewhere') return outcome
  }
  throw new Error('the first shard must always be able to sign')
}

/** One account is always asked about at the same place. */
export async function readAuthority(
  env: Bindings,
  shard: Shard,
  about: string,
  question: Omit<ReadQuestion, 'authority'>,
): Promise<Extract<ReadOutcome, { outcome: 'read' }>> {
  const authority = `${shard}/${placeOf(about, READERS_PER_SHARD)}`
  const outcome = await callAuthority(env, authority, async (stub) => stub.read({ ...question, authority }))
  if (outcome.outcome === 'unavailable') throw new StorageUnavailable('Authority', undefined)
  return outcome
}

/** Signs a status list where the first shard's key lives. */
export async function signStatusList(env: Bindings, { keyShards: [shard] }: Config, claims: object): Promise<string> {
  const jwt = await callAuthority(env, shard, async (stub) => stub.signStatusList(shard, JSON.stringify(claims)))
  if (jwt === null) throw new Error('the first shard must always be able to sign')
  return jwt
}

/** For the key set of a deployment that has signed nothing yet. */
export async function createFirstKeys(env: Bindings, { keyShards: [shard] }: Config): Promise<void> {
  await callAuthority(env, shard, async (stub) => stub.createFirstKey(shard))
}

/** False: it could not be told within the time. */
export async function announceTo(
  env: Bindings,
  authority: string,
  changes: Changes,
  withinMs: number,
): Promise<boolean> {
  const told = callAuthority(env, authority, async (stub) => stub.announce(authority, changes)).then(
    () => true,
    (error) => {
      if (!(error instanceof StorageUnavailable)) throw error
      return false
    },
  )
  return Promise.race([told, new Promise<false>((resolve) => setTimeout(() => resolve(false), withinMs))])
}
