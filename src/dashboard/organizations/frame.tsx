import type { PropsWithChildren } from 'hono/jsx'
import { may, type Permission } from '../../organizations/organization.ts'
import { Layout } from '../../ui/layout.tsx'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { OwnOrganization } from './actions.ts'

/** The pages of an organization, and who needs which permission to see one in the row of tabs. */
const TABS = {
  apps: { address: SITE.organization.overview, title: 'Apps and people', permission: null },
  requests: { address: SITE.organization.requests, title: 'Requests', permission: null },
  policy: { address: SITE.organization.policy, title: 'Policy', permission: 'manage-organization' },
  audit: { address: SITE.organization.audit, title: 'Audit log', permission: 'read-audit' },
  webhooks: { address: SITE.organization.webhooks, title: 'Webhooks', permission: 'manage-webhooks' },
} as const satisfies Record<string, { address: string; title: string; permission: Permission | null }>
type Tab = keyof typeof TABS

type FrameProps = PropsWithChildren<{ own: OwnOrganization; tab: Tab; title?: string }>

/** The frame of every page about one organization. */
export function OrganizationFrame({ own: { organization, role }, tab, title, children }: FrameProps) {
  const shown = Object.entries(TABS).filter(([, { permission }]) => permission === null || may(role, permission))
  return (
    <Layout title={title ? `${title} – ${organization.name}` : organization.name} wide>
      <p class="small">
        <a href={SITE.organizations}>Organizations</a>
      </p>
      <h1>{organization.name}</h1>
      <nav class="tabs" aria-label="Organization">
        {shown.map(([name, { address, title }]) => (
          <a href={pathTo(address, organization.slug)} aria-current={name === tab ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {children}
    </Layout>
  )
}
