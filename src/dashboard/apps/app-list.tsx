import type { App } from '../../apps/app.ts'
import { isPublic } from '../../apps/settings.ts'
import type { Membership } from '../../organizations/organization.ts'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { Scrollable } from '../../ui/scrollable.tsx'
import { Time } from '../../ui/time.tsx'

export interface ListedApp {
  app: App
  lastUsedAt: number | null
  connectedAccounts: number
}

interface AppListView {
  groups: readonly { membership: Membership; apps: readonly ListedApp[]; mayRegister: boolean }[]
  nextHref: string | null
}

export function appListPage(c: PageContext, view: AppListView) {
  return htmlPage(c, <AppList {...view} />)
}

function AppList({ groups, nextHref }: AppListView) {
  return (
    <Layout title="Apps" wide>
      <div class="headline">
        <h1>Apps</h1>
        <a class="button primary" href="/developer/apps/new">
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
      No apps yet. <a href={`/developer/apps/new?organization=${membership.organizationId}`}>Register the first one.</a>
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
                <a href={`/developer/apps/${app.clientId}`}>{app.clientName}</a>
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

export function AppState({ app }: { app: App }) {
  if (app.suspendedAt !== null) return <span class="tag warn">suspended</span>
  return <span class="tag">{app.visibility}</span>
}
