import type { Context } from 'hono'
import { signStatusList } from '../authority/authority-stub.ts'
import type { AppEnv } from '../env.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import {
  encodeStatusList,
  STATUS_LIST_LIFETIME_SECONDS,
  STATUS_LIST_TTL_SECONDS,
  STATUS_LIST_TYPE,
  statusListUri,
} from '../revocation/status-list.ts'
import { findInvalidIndexes } from '../revocation/token-statuses-store.ts'

const HEADERS = {
  'Content-Type': `application/${STATUS_LIST_TYPE}`,
  'Cache-Control': `public, max-age=${STATUS_LIST_TTL_SECONDS}`,
}

interface SignedList {
  at: EpochSeconds
  jwt: string
  /** When somebody last began to make the next. */
  begunAt: EpochSeconds
}

/** Lists as this isolate signed them last. Only finished ones: a promise belongs to the request that made it. */
const signed = new Map<string, SignedList>()
const MAX_SIGNED = 64

/** GET /status-lists/{list}: a Status List Token (draft-ietf-oauth-status-list §5, §8). */
export async function statusList(c: Context<AppEnv>): Promise<Response> {
  const list = c.req.param('list') ?? ''
  const jwt = /^(0|[1-9]\d{0,8})$/.test(list) ? await findSigned(c, Number(list)) : undefined
  if (!jwt) return c.notFound()
  return c.body(jwt, 200, HEADERS)
}

/** Kept for the rest of the second; while one of a crowd makes the next, the others take that of the second before. */
async function findSigned(c: Context<AppEnv>, list: number): Promise<string | undefined> {
  const now = currentTime()
  const uri = statusListUri(c.get('config').issuer, list)
  const known = signed.get(uri)
  if (known && (known.at === now || (known.at === now - 1 && known.begunAt === now))) return known.jwt
  if (known) known.begunAt = now
  const jwt = await signList(c, list, uri, now)
  if (signed.size >= MAX_SIGNED) signed.clear()
  if (jwt) signed.set(uri, { at: now, jwt, begunAt: now })
  return jwt
}

async function signList(c: Context<AppEnv>, list: number, uri: string, now: EpochSeconds): Promise<string | undefined> {
  const config = c.get('config')
  const invalid = await findInvalidIndexes(c.env.DB, list)
  if (!invalid) return undefined
  const claims = {
    iss: config.issuer,
    sub: uri,
    iat: now,
    exp: now + STATUS_LIST_LIFETIME_SECONDS,
    ttl: STATUS_LIST_TTL_SECONDS,
    status_list: { bits: 1, lst: await encodeStatusList(invalid) },
  }
  return signStatusList(c.env, config, claims)
}
