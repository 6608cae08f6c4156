import type { Context } from 'hono'
import type { App } from '../../apps/app.ts'
import { pathTo, SITE } from '../kit/addresses.ts'

/** What was done before the redirect that led here: a closed list, so that an address cannot put words on a page. */
const NOTICES = {
  saved: 'Saved. Connected people get what changed at their next token.',
  secret_deleted: 'The secret is deleted.',
  public: 'The app is public: everybody can connect it.',
  private: 'The app is private. Others who connected it are refused at their next token.',
} as const
export type Notice = keyof typeof NOTICES

export function readNotice(c: Pick<Context, 'req'>): string | undefined {
  const done = c.req.query('done') ?? ''
  return Object.hasOwn(NOTICES, done) ? NOTICES[done as Notice] : undefined
}

/** A page of the app, and what it says was done. */
export function appAddress(app: App, page: 'settings' | 'secrets' | 'publisher', done?: Notice): string {
  const path = pathTo(SITE.app[page], app.clientId)
  return done ? `${path}?done=${done}` : path
}
