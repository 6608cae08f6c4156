import type { Context } from 'hono'
import type { App } from '../../apps/app.ts'
import { mayManageApps } from '../../organizations/organization.ts'
import { type AppRight, requireApp } from '../kit/access.ts'
import type { PageEnv } from '../kit/api-env.ts'
import type { AppFrameView } from './frame.tsx'

/** The app in the address, if the visitor may do that with it, and the head of its pages. */
export async function requireAppPage(c: Context<PageEnv>, right: AppRight): Promise<{ app: App; frame: AppFrameView }> {
  const caller = c.get('caller')
  const app = await requireApp(c.env.DB, caller, c.req.param('client_id') ?? '', right)
  const role = caller.memberships.find(({ organizationId }) => organizationId === app.organizationId)?.role
  const frame = { app, mayManage: role !== undefined && mayManageApps(role) }
  return { app, frame }
}

/** What was done before the redirect that led here: a closed list, so that an address cannot put words on a page. */
const NOTICES = {
  saved: 'Saved. Connected people get what changed at their next token.',
  secret_deleted: 'The secret is deleted.',
  public: 'The app is public: everybody can connect it.',
  private: 'The app is private. Others who connected it are refused at their next token.',
} as const
export type Notice = keyof typeof NOTICES

export function readNotice(c: Context<PageEnv>): string | undefined {
  const done = c.req.query('done') ?? ''
  return Object.hasOwn(NOTICES, done) ? NOTICES[done as Notice] : undefined
}

export function appPath(app: App, page: 'settings' | 'secrets' | 'publisher' | '', done?: Notice): string {
  const path = `/developer/apps/${app.clientId}${page && `/${page}`}`
  return done ? `${path}?done=${done}` : path
}
