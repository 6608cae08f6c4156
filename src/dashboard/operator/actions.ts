import { callAuthority } from '../../authority/authority-stub.ts'
import { ApiError } from '../../errors.ts'
import { type ListedKey, listKeys } from '../../keys/keys-store.ts'
import { currentTimeMs, toIsoTime } from '../../lib/clock.ts'
import { callStore, StorageUnavailable } from '../../lib/storage.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { type Overview, readOverview } from './health-store.ts'

export interface Health extends Overview {
  /** Null: it did not answer. */
  databaseMs: number
  viewsMs: number | null
}

export async function readHealth({ env }: ActionContext): Promise<Health> {
  const [overview, databaseMs] = await timed(() => readOverview(env.DB))
  return { ...overview, databaseMs, viewsMs: await timeViews(env.GRANTS) }
}

/** KV failing fails nothing else: it is shown and not thrown. */
async function timeViews(views: KVNamespace): Promise<number | null> {
  try {
    const [, viewsMs] = await timed(() => callStore('KV', () => views.get('health')))
    return viewsMs
  } catch (error) {
    if (error instanceof StorageUnavailable) return null
    throw error
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = currentTimeMs()
  return [await work(), currentTimeMs() - start]
}

export async function withdrawSigningKey(context: ActionContext, kid: string): Promise<void> {
  const key = await requireKey(context, kid)
  if (key.state === 'withdrawn') throw new ApiError('conflict', 'It is withdrawn already.')
  const { env, caller } = context
  await callAuthority(env, key.shard, (stub) => stub.withdrawKey(key.shard, key.alg, kid, caller.accountId))
}

export async function rotateSigningKey(context: ActionContext, kid: string): Promise<void> {
  const key = await requireKey(context, kid)
  if (key.state !== 'signing') throw new ApiError('conflict', 'Only a key that signs can be rotated.')
  const { env, caller } = context
  const outcome = await callAuthority(env, key.shard, async (stub) =>
    stub.rotateKey(key.shard, key.alg, caller.accountId),
  )
  if (outcome.ok) return
  const from = outcome.signsFrom === null ? 'later' : toIsoTime(outcome.signsFrom)
  throw new ApiError(
    'conflict',
    `The standby was not published long enough: verifiers must know it. Rotate from ${from}.`,
  )
}

async function requireKey({ env }: ActionContext, kid: string): Promise<ListedKey> {
  const key = (await listKeys(env.DB)).find((candidate) => candidate.kid === kid)
  if (!key) throw new ApiError('not-found', 'There is no such key.')
  return key
}
