import type { MiddlewareHandler } from 'hono'
import { isOperator } from '../../accounts/sessions.ts'
import type { Config } from '../../env.ts'
import { ApiError } from '../../errors.ts'
import { checkAct } from './acts.ts'
import type { ApiEnv, Caller, PageEnv } from './api-env.ts'
import { isUnsafe } from './origin.ts'

/** Every act of operators needs the same; the guard that they share asks for it in the name of one. */
const ACT = 'suspend'

/** Of the API: by session only, because no operator scope is issued to any app. Asked on each request. */
export const requireOperator: MiddlewareHandler<ApiEnv> = async (c, next) => {
  checkOperator(c.get('config'), c.get('caller'))
  if (isUnsafe(c.req)) checkAct(c.get('caller'), ACT)
  await next()
}

/** Of the pages, behind `requireVisitor`. */
export const requireOperatorVisitor: MiddlewareHandler<PageEnv> = async (c, next) => {
  checkOperator(c.get('config'), c.get('caller'))
  if (isUnsafe(c.req)) checkAct(c.get('caller'), ACT)
  await next()
}

function checkOperator(config: Config, caller: Caller): void {
  if (caller.via === 'session' && isOperator(config, caller.session)) return
  throw new ApiError('forbidden', 'This is for operators, signed in with an address of OPERATOR_EMAILS.')
}
