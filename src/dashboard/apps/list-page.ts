import { type Context, Hono } from 'hono'
import { findActivity } from '../../apps/activity-store.ts'
import { listApps } from '../../apps/apps-store.ts'
import { mayManageApps } from '../../organizations/organization.ts'
import { formatCursor } from '../kit/pagination.ts'
import type { PageEnv } from '../kit/visitor.ts'
import { toPosition } from './api.ts'
import { appListPage } from './app-list.tsx'

const APPS_ON_A_PAGE = 50

export const listPages = new Hono<PageEnv>()

listPages.get('/developer', async (c) => {
  const { memberships } = c.get('caller')
  const { apps, nextHref } = await readPage(c)
  const activityOf = await findActivity(
    c.env.DB,
    apps.map(({ clientId }) => clientId),
  )
  const byOrganization = Map.groupBy(apps, ({ organizationId }) => organizationId)
  const groups = memberships.map((membership) => ({
    membership,
    mayRegister: mayManageApps(membership.role),
    apps: (byOrganization.get(membership.organizationId) ?? []).map((app) => ({ app, ...activityOf(app.clientId) })),
  }))
  return appListPage(c, { groups, nextHref })
})

async function readPage(c: Context<PageEnv>) {
  const organizationIds = c.get('caller').memberships.map(({ organizationId }) => organizationId)
  const cursor = c.req.query('cursor')
  const after = cursor === undefined ? null : toPosition(cursor)
  const found = await listApps(c.env.DB, organizationIds, { after, limit: APPS_ON_A_PAGE + 1 })
  const apps = found.slice(0, APPS_ON_A_PAGE)
  const last = found.length > APPS_ON_A_PAGE ? apps.at(-1) : undefined
  const nextHref = last
    ? `/developer?${new URLSearchParams({ cursor: formatCursor([last.createdAt, last.clientId]) })}`
    : null
  return { apps, nextHref }
}
