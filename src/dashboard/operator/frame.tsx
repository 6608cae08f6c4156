import type { PropsWithChildren } from 'hono/jsx'
import { Problems } from '../../ui/field.tsx'
import { Layout } from '../../ui/layout.tsx'

const TABS = {
  overview: { path: '/operator', title: 'Overview' },
  apps: { path: '/operator/apps', title: 'Apps' },
  organizations: { path: '/operator/organizations', title: 'Organizations' },
  accounts: { path: '/operator/accounts', title: 'Accounts' },
  keys: { path: '/operator/keys', title: 'Signing keys' },
  catalog: { path: '/operator/catalog', title: 'Catalogue' },
} as const
export type OperatorTab = keyof typeof TABS

type FrameProps = PropsWithChildren<{ tab: OperatorTab; problems?: readonly string[] }>

/** The frame of the pages for those who run the deployment. */
export function OperatorFrame({ tab, problems = [], children }: FrameProps) {
  return (
    <Layout title={`${TABS[tab].title} – Operator`} wide>
      <h1>Operator</h1>
      <nav class="tabs" aria-label="Operator">
        {Object.entries(TABS).map(([name, { path, title }]) => (
          <a href={path} aria-current={name === tab ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <Problems id="form-problem" texts={problems} />
      {children}
    </Layout>
  )
}
