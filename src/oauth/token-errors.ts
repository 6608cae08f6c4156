import type { Context } from 'hono'
import { noteTokenError } from '../apps/token-errors-store.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { afterAnswer } from './after-answer.ts'

const MAX_REMEMBERED = 1000
/** When this isolate last noted an error of an app: a flood of refusals is no flood of writes. */
const notedAt = new Map<string, EpochSeconds>()

interface TokenRequest {
  /** Undefined: there is no such app, and nobody to tell. */
  clientId: string | undefined
  grantType: string
}

/** Runs a token request; the developer of the app can read why it was refused, without any value of it. */
export async function notingRefusals<T>(c: Context<AppEnv>, request: TokenRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProtocolError && error.status < 500) note(c, request, error)
    throw error
  }
}

function note(c: Context<AppEnv>, { clientId, grantType }: TokenRequest, { code, reason }: ProtocolError): void {
  const now = currentTime()
  if (clientId === undefined || notedAt.get(clientId) === now) return
  if (notedAt.size >= MAX_REMEMBERED) notedAt.clear()
  notedAt.set(clientId, now)
  afterAnswer(c, 'the refusal of a token request', () =>
    noteTokenError(c.env.DB, clientId, { at: now, grantType, error: code, reason }),
  )
}
