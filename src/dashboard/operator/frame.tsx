import type { PropsWithChildren } from 'hono/jsx'
import { Problems } from '../../ui/field.tsx'
import { Layout } from '../../ui/layout.tsx'
import { SITE } from '../kit/addresses.ts'

const TABS = {
  overview: { path: SITE.operator.overview, title: 'Overview' },
  apps: { path: SITE.operator.apps.list, title: 'Apps' },
  organizations: { path: SITE.operator.organizations.list, title: 'Organizations' },
  accounts: { path: SITE.operator.accounts.list, title: 'Accounts' },
  keys: { path: SITE.operator.keys, title: 'Signing keys' },
  catalog: { path: SITE.catalog.overview, title: 'Catalogue' },
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
