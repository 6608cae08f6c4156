import { AuthorizationError, type AuthRequest } from '@cloudflare/workers-oauth-provider'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { type EngineSettings, engineFor } from './engine.ts'
import { StoragePort } from './storage-port.ts'

/** Where a transaction waits. `take` answers true to exactly one caller. */
export interface TransactionStore {
  put(key: string, value: string, expiresAt: EpochSeconds): Promise<void>
  peek(key: string): Promise<string | null>
  take(key: string): Promise<boolean>
}

const TRANSACTION_TTL_SECONDS = 600

/** The page expired, was used before, or belongs to another browser. */
export class TransactionEnded extends Error {
  override readonly name = 'TransactionEnded'
}

function api(settings: EngineSettings, store: TransactionStore) {
  const port = new StoragePort({
    'transaction:': {
      get: (key) => store.peek(key),
      put: (key, value, expiresAt) => store.put(key, value, expiresAt ?? currentTime() + TRANSACTION_TTL_SECONDS),
      // The engine reads and then deletes; the delete is what makes it once.
      delete: async (key) => {
        if (!(await store.take(key))) throw new TransactionEnded('taken before')
      },
    },
  })
  return engineFor(settings).getOAuthApi({ OAUTH_KV: port })
}

/** The engine seals whatever stands in the request; ours rides along beside its own members. */
interface CarryingRequest<Carried> extends AuthRequest {
  postern: Carried
}

/** Starts a consent page: post `handle` back; `headers` bind it to this browser by a cookie. */
export async function beginTransaction<Carried>(
  settings: EngineSettings,
  store: TransactionStore,
  request: AuthRequest,
  carried: Carried,
): Promise<{ handle: string; headers: Headers }> {
  const carrying: CarryingRequest<Carried> = { ...request, postern: carried }
  return api(settings, store).beginConsent(carrying)
}

/** Takes the transaction of this browser, once; throws {@link TransactionEnded}. `headers` clear its cookie. */
export async function takeTransaction<Carried>(
  settings: EngineSettings,
  store: TransactionStore,
  request: Request,
  handle: string,
): Promise<{ carried: Carried; headers: Headers }> {
  try {
    const approved = await api(settings, store).approveConsent(request, handle)
    return { carried: (approved.request as CarryingRequest<Carried>).postern, headers: approved.headers }
  } catch (error) {
    if (error instanceof AuthorizationError) throw new TransactionEnded(error.message)
    throw error
  }
}
