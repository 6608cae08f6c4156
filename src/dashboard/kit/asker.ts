import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import type { ApiEnv, Caller } from './api-env.ts'

/** Where a use case is asked for: by the API or by a page of ours. */
export interface Asker {
  env: AppEnv['Bindings']
  config: AppEnv['Variables']['config']
  caller: Caller
  /** For what the answer does not wait for. */
  waitUntil: (work: Promise<unknown>) => void
}

export function askerOf(c: Pick<Context<ApiEnv>, 'env' | 'get' | 'executionCtx'>): Asker {
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
  return { env: c.env, config: c.get('config'), caller: c.get('caller'), waitUntil }
}
