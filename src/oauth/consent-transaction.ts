import type { Context } from 'hono'
import { beginTransaction, type TransactionStore, takeTransaction } from '../engine/consent-transaction.ts'
import type { AppEnv, Bindings, Config } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { oneTimeObject } from '../lib/one-time.ts'
import { callStore } from '../lib/storage.ts'
import type { AuthorizationRequest } from './authorization-request.ts'

/** What a consent page stands for: this request, asked in this session. */
export interface PendingConsent {
  search: string
  sessionHash: string
}

export async function beginConsent(
  c: Context<AppEnv>,
  { app, target, resource }: AuthorizationRequest,
  pending: PendingConsent,
): Promise<{ handle: string; headers: Headers }> {
  const engineRequest = {
    responseType: 'code',
    clientId: app.clientId,
    redirectUri: target.redirectUri,
    scope: [],
    state: '',
    resource,
  }
  return beginTransaction(settings(c.get('config')), transactionStore(c.env), engineRequest, pending)
}

/** Once per consent page, and only in the browser that it was shown in. */
export function takeConsent(
  c: Context<AppEnv>,
  handle: string,
): Promise<{ carried: PendingConsent; headers: Headers }> {
  return takeTransaction(settings(c.get('config')), transactionStore(c.env), c.req.raw, handle)
}

/** Transactions do not depend on the resource; the engine only wants to be given one. */
function settings({ issuer, accessTokenTtlSeconds, refreshTokenIdleTtlSeconds }: Config) {
  return { issuer, resource: issuer, accessTokenTtlSeconds, refreshTokenIdleTtlSeconds }
}

function transactionStore(env: Bindings): TransactionStore {
  return {
    put: (key, value, expiresAt) =>
      callStore('OneTime', async () => (await oneTimeObject(env, key)).put(key, value, expiresAt)),
    peek: (key) => callStore('OneTime', async () => (await oneTimeObject(env, key)).peek(key, currentTime())),
    take: (key) => callStore('OneTime', async () => (await oneTimeObject(env, key)).take(key, currentTime())),
  }
}
