import type { Member } from '../../../organizations/organization.ts'
import type { ReachingGrant } from '../../../organizations/reaching-grants-store.ts'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { Time } from '../../../ui/time.tsx'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import { GrantsTable } from './grants-table.tsx'

interface PersonView {
  own: OwnOrganization
  /** Undefined: no member any more; what is left of their grants is being cleaned up. */
  member: Member | undefined
  grants: readonly ReachingGrant[]
}

export function personPage(c: PageContext, view: PersonView) {
  return htmlPage(c, <Person {...view} />)
}

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
          <a href={`/organizations/${own.organization.slug}/audit?account_id=${accountId}`}>In the audit log</a>
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
            <a href={`/organizations/${own.organization.slug}/apps/${clientId}`}>{clientName}</a>
          )}
        />
      )}
    </OrganizationFrame>
  )
}
