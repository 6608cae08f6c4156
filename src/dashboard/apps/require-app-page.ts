import type { MiddlewareHandler } from 'hono'
import { mayManageApps } from '../../organizations/organization.ts'
import { checkRole, requireApp, requireMembership } from '../kit/access.ts'
import type { PageEnv } from '../kit/api-env.ts'
import type { AppFrameView } from './frame.tsx'

/** Of the pages below the address of an app. */
export interface AppPageEnv extends PageEnv {
  Variables: PageEnv['Variables'] & { frame: AppFrameView }
}

/** The app that the address names, for members of its organization; for everybody else there is none. */
export const requireAppPage: MiddlewareHandler<AppPageEnv> = async (c, next) => {
  const caller = c.get('caller')
  const app = await requireApp(c.env.DB, caller, c.req.param('client_id') ?? '', 'see')
  const { role } = requireMembership(caller, app.organizationId)
  c.set('frame', { app, mayManage: mayManageApps(role) })
  await next()
}

/** Of those, for whoever may also change it. */
export const requireManager: MiddlewareHandler<AppPageEnv> = async (c, next) => {
  checkRole(requireMembership(c.get('caller'), c.get('frame').app.organizationId), 'manage')
  await next()
}
