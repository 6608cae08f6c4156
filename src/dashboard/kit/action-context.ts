import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import type { ApiEnv, Caller } from './api-env.ts'

/** What an action is given by whoever asks for it, the API or a page of ours. */
export interface ActionContext {
  env: AppEnv['Bindings']
  config: AppEnv['Variables']['config']
  caller: Caller
  /** For what the answer does not wait for. */
  waitUntil: (work: Promise<unknown>) => void
}

export function actionContext(c: Pick<Context<ApiEnv>, 'env' | 'get' | 'executionCtx'>): ActionContext {
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
  return { env: c.env, config: c.get('config'), caller: c.get('caller'), waitUntil }
}
