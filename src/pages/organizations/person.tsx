import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import type { Member } from '../../organizations/organization.ts'
import type { ReachingGrant } from '../../organizations/reaching-grants-store.ts'
import { htmlPage } from '../html-page.tsx'
import { Scrollable } from '../scrollable.tsx'
import { Time } from '../time.tsx'
import { describeUserAgent } from '../user-agent.ts'
import { OrganizationFrame, type OrganizationPart } from './frame.tsx'

interface PersonView {
  part: OrganizationPart
  /** Undefined: no member any more; what is left of their grants is being cleaned up. */
  member: Member | undefined
  grants: readonly ReachingGrant[]
}

export function personPage(c: Pick<Context<AppEnv>, 'html'>, view: PersonView) {
  return htmlPage(c, <Person {...view} />)
}

function Person({ part, member, grants }: PersonView) {
  const name = member?.email ?? grants[0]?.email ?? 'A former member'
  return (
    <OrganizationFrame part={part} tab="apps" title={name}>
      <h2>{name}</h2>
      {member && (
        <p>
          {member.role}, since <Time at={member.since} />
        </p>
      )}
      {grants.length === 0 ? (
        <p class="detail">No app reaches this organization in their name.</p>
      ) : (
        <Scrollable label="Their apps">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">App</th>
                <th scope="col">Allows</th>
                <th scope="col">On</th>
                <th scope="col">Since</th>
                <th scope="col">Last used</th>
              </tr>
            </thead>
            <tbody>
              {grants.map((grant) => (
                <tr>
                  <td>
                    <a href={`/organizations/${part.organization.slug}/apps/${grant.clientId}`}>{grant.clientName}</a>
                  </td>
                  <td>{grant.scopes.join(' ')}</td>
                  <td>{describeUserAgent(grant.userAgent)}</td>
                  <td>
                    <Time at={grant.createdAt} />
                  </td>
                  <td>
                    <Time at={grant.lastUsedAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrollable>
      )}
    </OrganizationFrame>
  )
}
