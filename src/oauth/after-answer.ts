import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { requestId } from '../lib/request-id.ts'
import { StorageUnavailable } from '../lib/storage.ts'

/** A note for people that nothing depends on: the answer does not wait for it, and it is lost if the store does not answer. */
export function afterAnswer(c: Context<AppEnv>, what: string, write: () => Promise<void>): void {
  c.executionCtx.waitUntil(writeOrLog(c, what, write))
}

async function writeOrLog(c: Context<AppEnv>, what: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error
    console.error(`${requestId(c.req.raw)} ${what} was not written: ${error.message}`)
  }
}
