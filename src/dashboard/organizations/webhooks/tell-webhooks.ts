import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../../../env.ts'
import { currentTime } from '../../../lib/clock.ts'
import { queueWhatBecameDue } from '../../../webhooks/queue-deliveries.ts'
import { isUnsafe } from '../../kit/origin.ts'

/** What a request changed leaves for the webhooks behind its answer, and not with the next minute's schedule. */
export const tellWebhooks: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next()
  if (isUnsafe(c.req) && c.res.status < 400) c.executionCtx.waitUntil(queueWhatBecameDue(c.env, currentTime()))
}
