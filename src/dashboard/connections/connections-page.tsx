import { Hono } from 'hono'
import type { App } from '../../apps/app.ts'
import { makerOf } from '../../apps/maker.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { MakerIcon, MakerLinks, MakerStanding } from '../../ui/maker.tsx'
import { Time } from '../../ui/time.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { revokeGrant } from './actions.ts'
import { type Connection, type Device, listConnections } from './connection.ts'

const NOTICES = {
  ended: 'Ended: the app has no access there any more.',
  disconnected: 'Disconnected: the app has no access any more.',
  saved: 'Saved: the app is allowed less.',
} as const

interface ConnectionsView {
  connections: readonly Connection[]
  notice: string | undefined
}

export const connectionsPage = new Hono<PageEnv>()

connectionsPage.get(SITE.connections.list, async (c) => {
  const done = c.req.query('done') ?? ''
  const notice = Object.hasOwn(NOTICES, done) ? NOTICES[done as keyof typeof NOTICES] : undefined
  return htmlPage(c, <Connections connections={await listConnections(c)} notice={notice} />)
})

connectionsPage.post(SITE.connections.revoke, async (c) => {
  await revokeGrant(actionContext(c), c.req.param('grant_id'))
  return c.redirect(`${SITE.connections.list}?done=ended`, 303)
})

function Connections({ connections, notice }: ConnectionsView) {
  return (
    <Layout title="Connected apps" wide>
      <h1>Connected apps</h1>
      {notice && (
        <p class="notice" role="status">
          {notice}
        </p>
      )}
      {connections.length === 0 ? (
        <p class="lead">
          No app can reach anything in your name. When you allow one, it appears here, with what it may do and a button
          to take it back.
        </p>
      ) : (
        <p>What you take back ends at once: the app gets no new access, and asks you again if you go back to it.</p>
      )}
      {connections.map((connection) => (
        <ConnectedApp connection={connection} />
      ))}
    </Layout>
  )
}

function ConnectedApp({ connection }: { connection: Connection }) {
  const { app, devices } = connection
  return (
    <section class="connection" aria-labelledby={`app-${app.clientId}`}>
      <div class="app-card">
        <MakerIcon maker={makerOf(app)} />
        <div>
          <h2 id={`app-${app.clientId}`}>{app.clientName}</h2>
          <MakerStanding maker={makerOf(app)} />
          <MakerLinks maker={makerOf(app)} />
        </div>
        <a class="button" href={pathTo(SITE.connections.disconnect, app.clientId)}>
          Disconnect<span class="visually-hidden"> {app.clientName}</span>…
        </a>
      </div>
      <ul class="rows">
        {devices.map((device) => (
          <DeviceRow device={device} app={app} />
        ))}
      </ul>
    </section>
  )
}

function DeviceRow({ device, app }: { device: Device; app: App }) {
  return (
    <li>
      <div>
        <strong>{device.name}</strong>
        <span class="detail">
          Since <Time at={device.createdAt} />, last used <Time at={device.lastUsedAt} exact />
        </span>
        <ul class="permissions">
          {device.scopes.map((scope) => (
            <li>
              {scope.title}
              {scope.target === 'organization' && device.organizations.length > 0 && (
                <span class="detail"> in {device.organizations.join(', ')}</span>
              )}
            </li>
          ))}
        </ul>
        <Held device={device} />
      </div>
      <form method="post" action={pathTo(SITE.connections.revoke, device.grantId)} class="inline">
        <FormToken once />
        {device.mayNarrow && <a href={pathTo(SITE.connections.narrow, device.grantId)}>Allow less</a>}
        <button type="submit">
          End here
          <span class="visually-hidden">
            : {app.clientName} in {device.name}
          </span>
        </button>
      </form>
    </li>
  )
}

/** What the person allowed and an organization, or the app itself, does not let through today. */
function Held({ device: { heldScopes, heldOrganizations } }: { device: Device }) {
  const held = [...heldScopes.map(({ title }) => title), ...heldOrganizations.map((name) => `access to ${name}`)]
  if (held.length === 0) return null
  return <p class="detail">You allowed this too, but it is not in effect: {held.join(', ')}.</p>
}
