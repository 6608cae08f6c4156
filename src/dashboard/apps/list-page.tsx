import { type Context, Hono } from 'hono'
import { findActivity } from '../../apps/activity-store.ts'
import type { App } from '../../apps/app.ts'
import { listApps } from '../../apps/apps-store.ts'
import { isPublic } from '../../apps/settings.ts'
import { type Membership, mayManageApps } from '../../organizations/organization.ts'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { Scrollable } from '../../ui/scrollable.tsx'
import { Time } from '../../ui/time.tsx'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { formatCursor } from '../kit/pagination.ts'
import { toPosition } from './actions.ts'
import { AppState } from './app-state.tsx'

interface ListedApp {
  app: App
  lastUsedAt: number | null
  connectedAccounts: number
}

interface AppListView {
  groups: readonly { membership: Membership; apps: readonly ListedApp[]; mayRegister: boolean }[]
  nextHref: string | null
}

const APPS_ON_A_PAGE = 50

export const listPage = new Hono<PageEnv>()

listPage.get(SITE.apps.list, async (c) => {
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
  return htmlPage(c, <AppList groups={groups} nextHref={nextHref} />)
})

async function readPage(c: Context<PageEnv>) {
  const organizationIds = c.get('caller').memberships.map(({ organizationId }) => organizationId)
  const cursor = c.req.query('cursor')
  const after = cursor === undefined ? null : toPosition(cursor)
  const found = await listApps(c.env.DB, organizationIds, { after, limit: APPS_ON_A_PAGE + 1 })
  const apps = found.slice(0, APPS_ON_A_PAGE)
  const last = found.length > APPS_ON_A_PAGE ? apps.at(-1) : undefined
  const nextHref = last
    ? `${SITE.apps.list}?${new URLSearchParams({ cursor: formatCursor([last.createdAt, last.clientId]) })}`
    : null
  return { apps, nextHref }
}

function AppList({ groups, nextHref }: AppListView) {
  return (
    <Layout title="Apps" wide>
      <div class="headline">
        <h1>Apps</h1>
        <a class="button primary" href={SITE.apps.kinds}>
          Register an app
        </a>
      </div>
      {groups.map((group) => (
        <section>
          <h2>
            {group.membership.name}
            {group.membership.personal && <span class="tag">personal</span>}
          </h2>
          {group.apps.length > 0 ? <AppTable apps={group.apps} /> : <Nothing {...group} />}
        </section>
      ))}
      {nextHref && (
        <p>
          <a href={nextHref}>Show older apps</a>
        </p>
      )}
    </Layout>
  )
}

function Nothing({ membership, mayRegister }: AppListView['groups'][number]) {
  if (!mayRegister) return <p class="detail">No apps yet. Your role here is {membership.role}: you can see apps.</p>
  return (
    <p class="detail">
      No apps yet. <a href={`${SITE.apps.kinds}?organization=${membership.organizationId}`}>Register the first one.</a>
    </p>
  )
}

function AppTable({ apps }: { apps: readonly ListedApp[] }) {
  return (
    <Scrollable label="Apps">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">App</th>
            <th scope="col">State</th>
            <th scope="col">Connected by</th>
            <th scope="col">Last used</th>
          </tr>
        </thead>
        <tbody>
          {apps.map(({ app, lastUsedAt, connectedAccounts }) => (
            <tr>
              <td>
                <a href={pathTo(SITE.app.overview, app.clientId)}>{app.clientName}</a>
                <span class="detail">{isPublic(app) ? 'no secret' : 'with a secret'}</span>
              </td>
              <td>
                <AppState app={app} />
              </td>
              <td>{connectedAccounts === 1 ? '1 person' : `${connectedAccounts} people`}</td>
              <td>
                <Time at={lastUsedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  )
}
