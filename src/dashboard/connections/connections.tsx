import type { Context } from 'hono'
import type { App } from '../../apps/app.ts'
import { makerOf } from '../../apps/maker.ts'
import type { Scope } from '../../catalog/catalog.ts'
import type { AppEnv } from '../../env.ts'
import type { EpochSeconds } from '../../lib/clock.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout, type Navigation } from '../../ui/layout.tsx'
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
  nav: Navigation
  formToken: string
  connections: readonly Connection[]
  notice: string | undefined
}

export function connectionsPage(c: Pick<Context<AppEnv>, 'html'>, view: ConnectionsView) {
  return htmlPage(c, <Connections {...view} />)
}

function Connections({ nav, formToken, connections, notice }: ConnectionsView) {
  return (
    <Layout title="Connected apps" nav={nav} wide>
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
        <ConnectedApp connection={connection} formToken={formToken} />
      ))}
    </Layout>
  )
}

function ConnectedApp({ connection, formToken }: { connection: Connection; formToken: string }) {
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
          <DeviceRow device={device} app={app} formToken={formToken} />
        ))}
      </ul>
    </section>
  )
}

function DeviceRow({ device, app, formToken }: { device: Device; app: App; formToken: string }) {
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
        <FormToken value={formToken} once />
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
  nav: Navigation
  formToken: string
  connection: Connection
}

export function disconnectPage(c: Pick<Context<AppEnv>, 'html'>, view: DisconnectView) {
  return htmlPage(c, <Disconnect {...view} />)
}

function Disconnect({ nav, formToken, connection: { app, devices } }: DisconnectView) {
  return (
    <Layout title={`Disconnect ${app.clientName}?`} nav={nav}>
      <h1>Disconnect {app.clientName}?</h1>
      <p>
        It loses its access {devices.length === 1 ? 'on one device' : `on ${devices.length} devices`} at once. What it
        did so far stays.
      </p>
      <form method="post" action={`/connections/apps/${app.clientId}`}>
        <FormToken value={formToken} once />
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
