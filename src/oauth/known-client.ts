import type { Context } from 'hono'
import type { PresentedClient } from '../apps/authenticate-client.ts'
import { readAuthority } from '../authority/authority-stub.ts'
import { nearestShard } from '../authority/nearest-shard.ts'
import type { KnownCaller } from '../authority/read.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { takeBurst } from '../lib/limits.ts'
import { networkOf } from '../lib/network.ts'

const REMEMBERED_SECONDS = 60
const MAX_REMEMBERED = 1000

/** What public clients are, and names that no app has, for requests that are refused in any case. */
const remembered = new Map<string, { caller: KnownCaller | undefined; at: EpochSeconds }>()

/**
 * For a request that brings nothing of ours, and is refused: first as what its client is not. Without a secret anybody
 * can ask that as often as they like: then an authority is asked once a minute, and for one network not without end.
 */
export async function checkRefusedClient(
  c: Context<AppEnv>,
  client: PresentedClient,
  grantType: string | null = null,
): Promise<void> {
  const caller = client.secretHash === null ? await remember(c, client) : await ask(c, client)
  if (caller === 'not asked') return
  if (caller?.kind !== 'app') throw new ProtocolError('invalid_client', 'client_unknown')
  checkKnownCaller(caller)
  if (grantType !== null && !caller.grantTypes.includes(grantType)) {
    throw new ProtocolError('unauthorized_client', 'grant_type_unregistered')
  }
}

/** Refuses who was asked about and is not who it says. Undefined: nobody was asked, or could say. */
export function checkKnownCaller(caller: KnownCaller | undefined): void {
  if (caller?.kind === 'resource') throw new ProtocolError('invalid_client', 'client_unknown')
  if (caller && !caller.authentication.ok) {
    throw new ProtocolError(caller.authentication.code, caller.authentication.reason)
  }
}

async function remember(c: Context<AppEnv>, client: PresentedClient): Promise<KnownCaller | undefined | 'not asked'> {
  const now = currentTime()
  const known = remembered.get(client.clientId)
  if (known && known.at <= now && now < known.at + REMEMBERED_SECONDS) return known.caller
  const allowed = await takeBurst(c.env, `unknown client ${networkOf(c.req.raw)}`)
  if (!allowed.ok) return 'not asked'
  const caller = await ask(c, client)
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(client.clientId, { caller, at: now })
  return caller
}

async function ask(c: Context<AppEnv>, caller: PresentedClient): Promise<KnownCaller | undefined> {
  const { clientId } = caller
  const shard = nearestShard(c.get('config'), c.req.raw, clientId)
  return (await readAuthority(c.env, shard, clientId, { caller })).caller
}
