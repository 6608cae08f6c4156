import { Hono, type MiddlewareHandler } from 'hono'
import type { AppEnv } from '../../env.ts'
import { type Api, newApi } from './route.ts'

/**
 * A part of the site: whoever asks for something at or below `address` passes the guards, in their order, and then
 * comes to the pages. Each page is at its whole address (`SITE`), so a branch may stand within another. A page that
 * relies on what no guard of its branch gives does not compile there.
 */
export function branch<Guarded extends AppEnv, Around extends AppEnv = AppEnv>(
  address: string,
  guards: readonly MiddlewareHandler<Guarded>[],
  pages: readonly Hono<Guarded>[],
): Hono<Around> {
  const router = new Hono<Guarded>()
  for (const guard of guards) router.use(`${address}/*`, guard)
  for (const page of pages) router.route('/', page)
  return new Hono<Around>().route('/', router)
}

/** A part of the API, whose parts say where they are below `path`. */
export function apiBranch(path: string, parts: readonly Api[]): Api {
  const router = newApi()
  for (const part of parts) router.route(path, part)
  return router
}
