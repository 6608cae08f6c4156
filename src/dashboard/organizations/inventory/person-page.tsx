import { Hono } from 'hono'
import type { Member } from '../../../organizations/organization.ts'
import type { ReachingGrant } from '../../../organizations/reaching-grants-store.ts'
import { htmlPage } from '../../../ui/html-page.tsx'
import { Time } from '../../../ui/time.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { listMembers, type OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { listReachingGrants } from './actions.ts'
import { GrantsTable } from './grants-table.tsx'

interface PersonView {
  own: OwnOrganization
  /** Undefined: no member any more; what is left of their grants is being cleaned up. */
  member: Member | undefined
  grants: readonly ReachingGrant[]
}

const GRANTS_SHOWN = 200

/** The apps that reach an organization in one person's name. */
export const personPage = new Hono<OrganizationEnv>()

personPage.get(SITE.organization.person, async (c) => {
  const own = c.get('own')
  const { id } = own.organization
  const accountId = c.req.param('account_id')
  const { items: grants } = await listReachingGrants(actionContext(c), id, { accountId }, { limit: GRANTS_SHOWN })
  const member = (await listMembers(actionContext(c), id)).find((candidate) => candidate.accountId === accountId)
  if (!member && grants.length === 0) return c.notFound()
  return htmlPage(c, <Person own={own} member={member} grants={grants} />)
})

function Person({ own, member, grants }: PersonView) {
  const accountId = member?.accountId ?? grants[0]?.accountId
  const name = member?.email ?? grants[0]?.email ?? 'A former member'
  return (
    <OrganizationFrame own={own} tab="apps" title={name}>
      <h2>{name}</h2>
      {member && (
        <p>
          {member.role}, since <Time at={member.since} />
        </p>
      )}
      {accountId && (
        <p>
          <a href={`${pathTo(SITE.organization.audit, own.organization.slug)}?account_id=${accountId}`}>
            In the audit log
          </a>
        </p>
      )}
      {grants.length === 0 ? (
        <p class="detail">No app reaches this organization in their name.</p>
      ) : (
        <GrantsTable
          label="Their apps"
          grants={grants}
          heading="App"
          cell={({ clientId, clientName }) => (
            <a href={pathTo(SITE.organization.app, own.organization.slug, clientId)}>{clientName}</a>
          )}
        />
      )}
    </OrganizationFrame>
  )
}
