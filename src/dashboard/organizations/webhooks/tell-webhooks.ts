import type { Context, Next } from 'hono'
import type { AppEnv } from '../../../env.ts'
import { currentTime } from '../../../lib/clock.ts'
import { queueWhatBecameDue } from '../../../webhooks/queue-deliveries.ts'
import { isUnsafe } from '../../kit/origin.ts'

/** What a request changed leaves for the webhooks behind its answer, and not with the next minute's schedule. */
export async function tellWebhooks<Env extends AppEnv>(c: Context<Env>, next: Next): Promise<void> {
  await next()
  if (isUnsafe(c.req) && c.res.status < 400) c.executionCtx.waitUntil(queueWhatBecameDue(c.env, currentTime()))
}
