import type { Bindings } from '../../env.ts'
import { currentTime, type EpochSeconds } from '../../lib/clock.ts'
import { oneTimeObject } from '../../lib/one-time.ts'
import { randomBase64Url } from '../../lib/random.ts'
import { callStore } from '../../lib/storage.ts'
import { pathTo, SITE } from './addresses.ts'

/** A form that was sent when the sign-in was too old for it. */
export interface KeptForm {
  accountId: string
  /** Where it was sent to: a path of ours, with its query. */
  path: string
  fields: readonly (readonly [name: string, value: string])[]
}

const KEPT_SECONDS = 15 * 60
const ID = /^[\w-]{43}$/

/** Where the form waits for its person; nobody else finds it there. */
export async function keepUntilConfirmed(env: Bindings, form: KeptForm): Promise<string> {
  const id = randomBase64Url(32)
  const key = keyOf(id)
  const expiresAt = currentTime() + KEPT_SECONDS
  await callStore('OneTime', async () => (await oneTimeObject(env, key)).put(key, JSON.stringify(form), expiresAt))
  return pathTo(SITE.confirmed, id)
}

/** Undefined: it is over, or somebody else's. */
export async function findKept(
  env: Bindings,
  { id, accountId }: { id: string; accountId: string },
  now: EpochSeconds,
): Promise<KeptForm | undefined> {
  if (!ID.test(id)) return undefined
  const key = keyOf(id)
  const kept = await callStore('OneTime', async () => (await oneTimeObject(env, key)).peek(key, now))
  const form: KeptForm | null = kept === null ? null : JSON.parse(kept)
  return form?.accountId === accountId ? form : undefined
}

function keyOf(id: string): string {
  return `confirmed:${id}`
}
