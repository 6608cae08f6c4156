import type { Bindings, Config } from '../env.ts'
import { findPresent, type PresentContext } from '../ledger/present-store.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { PresentedCredentials } from './presented-credentials.ts'

const LIFETIME_SECONDS = 60
const MAX_CLIENTS = 1000

/** Apps as they were, and names that no app has (`undefined`), for requests that can only be refused. */
const remembered = new Map<string, { context: PresentContext | undefined; readAt: EpochSeconds }>()

/**
 * The app of a request that brings nothing we made: it is refused in any case, and only whether as an unknown client is
 * the question. Without a secret anybody can ask that as often as they like, so that D1 is asked once a minute.
 */
export async function findRefusedClient(
  { DB }: Bindings,
  config: Config,
  { clientId, method }: PresentedCredentials,
  now: EpochSeconds,
): Promise<PresentContext | undefined> {
  if (method !== 'none') return findPresent(DB, config, clientId, null, now)
  const known = remembered.get(clientId)
  if (known && known.readAt <= now && now < known.readAt + LIFETIME_SECONDS) return known.context
  const context = await findPresent(DB, config, clientId, null, now)
  if (remembered.size >= MAX_CLIENTS) remembered.clear()
  remembered.set(clientId, { context, readAt: now })
  return context
}
