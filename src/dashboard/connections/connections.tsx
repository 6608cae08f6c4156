import type { App } from '../../apps/app.ts'
import { makerOf } from '../../apps/maker.ts'
import type { Scope } from '../../catalog/catalog.ts'
import type { EpochSeconds } from '../../lib/clock.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { MakerIcon, MakerLinks, MakerStanding } from '../../ui/maker.tsx'
import { Time } from '../../ui/time.tsx'

/** One device, or one browser, in which an app was allowed. */
export interface Device {
  grantId: string
  name: string
  /** In effect today. */
  scopes: readonly Scope[]
  /** In effect today, by name. */
  organizations: readonly string[]
  /** Consented to, and not in effect. */
  heldScopes: readonly Scope[]
  heldOrganizations: readonly string[]
  createdAt: EpochSeconds
  lastUsedAt: EpochSeconds
  /** Whether there is anything to take back short of all of it. */
  mayNarrow: boolean
}

export interface Connection {
  app: App
  devices: readonly Device[]
}

interface ConnectionsView {
  connections: readonly Connection[]
  notice: string | undefined
}

export function connectionsPage(c: PageContext, view: ConnectionsView) {
  return htmlPage(c, <Connections {...view} />)
}

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
        <a class="button" href={`/connections/apps/${app.clientId}`}>
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
      <form method="post" action={`/connections/${device.grantId}/end`} class="inline">
        <FormToken once />
        {device.mayNarrow && <a href={`/connections/${device.grantId}`}>Allow less</a>}
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

interface DisconnectView {
  connection: Connection
}

export function disconnectPage(c: PageContext, view: DisconnectView) {
  return htmlPage(c, <Disconnect {...view} />)
}

function Disconnect({ connection: { app, devices } }: DisconnectView) {
  return (
    <Layout title={`Disconnect ${app.clientName}?`}>
      <h1>Disconnect {app.clientName}?</h1>
      <p>
        It loses its access {devices.length === 1 ? 'on one device' : `on ${devices.length} devices`} at once. What it
        did so far stays.
      </p>
      <form method="post" action={`/connections/apps/${app.clientId}`}>
        <FormToken once />
        <div class="actions">
          <button type="submit" class="danger">
            Disconnect
          </button>
          <a class="button" href="/connections">
            Keep it
          </a>
        </div>
      </form>
    </Layout>
  )
}
