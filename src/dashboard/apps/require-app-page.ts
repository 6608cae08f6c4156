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
