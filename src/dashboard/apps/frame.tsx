import type { PropsWithChildren } from 'hono/jsx'
import type { App } from '../../apps/app.ts'
import { Layout } from '../../ui/layout.tsx'
import { pathTo, SITE } from '../kit/addresses.ts'
import { AppState } from './app-state.tsx'

const TABS = {
  overview: { address: SITE.app.overview, title: 'Overview' },
  settings: { address: SITE.app.settings, title: 'Settings' },
  secrets: { address: SITE.app.secrets, title: 'Secrets' },
  publisher: { address: SITE.app.publisher, title: 'Publisher and visibility' },
} as const

export interface AppFrameView {
  app: App
  /** Whether the visitor's role lets them change the app. */
  mayManage: boolean
}

type AppFrameProps = PropsWithChildren<AppFrameView & { tab: keyof typeof TABS; notice?: string | undefined }>

/** The head of every page of one app. */
export function AppFrame({ app, tab, notice, children }: AppFrameProps) {
  const shown = Object.entries(TABS).filter(([name]) => name !== 'secrets' || app.tokenEndpointAuthMethod !== 'none')
  return (
    <Layout title={`${app.clientName}: ${TABS[tab].title}`} wide>
      <p class="small">
        <a href={SITE.apps.list}>Apps</a>
      </p>
      <div class="headline">
        <h1>{app.clientName}</h1>
        <AppState app={app} />
      </div>
      <nav class="tabs" aria-label="App">
        {shown.map(([name, { address, title }]) => (
          <a href={pathTo(address, app.clientId)} aria-current={name === tab ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {notice && (
        <p class="notice" role="status">
          {notice}
        </p>
      )}
      {children}
    </Layout>
  )
}
