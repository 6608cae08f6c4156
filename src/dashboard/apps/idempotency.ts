import type { App } from '../../apps/app.ts'
import { findApp } from '../../apps/apps-store.ts'
import { findKnownRequest, type IdempotentRequest } from '../../apps/idempotency-store.ts'
import { ApiError } from '../../errors.ts'
import { currentTime } from '../../lib/clock.ts'
import { sha256 } from '../../lib/encoding.ts'
import type { ActionContext } from '../kit/action-context.ts'

/** `Idempotency-Key`: visible ASCII, as in the draft of the HTTPAPI working group, with or without its quotes. */
const KEY = /^[\x21-\x7e]{1,255}$/

/** Undefined without a key: then a repetition is a second creation. `request` holds all that is asked for. */
export async function idempotentRequest(
  { caller }: ActionContext,
  key: string | undefined,
  request: unknown,
): Promise<IdempotentRequest | undefined> {
  if (key === undefined) return undefined
  if (!KEY.test(key)) throw new ApiError('invalid-request', 'Idempotency-Key: 1 to 255 visible ASCII characters.')
  const [keyHash, requestHash] = await Promise.all([sha256(key), sha256(JSON.stringify(request))])
  return { accountId: caller.accountId, keyHash, requestHash }
}

/** What the key made before, if it made anything. Its secret was shown then, and is not kept. */
export async function findRepeated({ env }: ActionContext, request: IdempotentRequest): Promise<App | undefined> {
  const known = await findKnownRequest(env.DB, request, currentTime())
  if (!known) return undefined
  if (known.requestHash !== request.requestHash) throw new ApiError('idempotency-key-reused')
  const app = await findApp(env.DB, known.clientId)
  if (!app) throw new ApiError('conflict', 'The app that was created under this key has been deleted: use a new key.')
  return app
}
