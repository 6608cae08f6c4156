import type { Child } from 'hono/jsx'
import type { ReachingGrant } from '../../../organizations/reaching-grants-store.ts'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { Time } from '../../../ui/time.tsx'
import { describeUserAgent } from '../../../ui/user-agent.ts'
import { ScopesInEffect } from './scopes-in-effect.tsx'

interface GrantsTableProps {
  label: string
  grants: readonly ReachingGrant[]
  /** The first column: what tells these grants apart. */
  heading: string
  cell: (grant: ReachingGrant) => Child
}

/** Grants that reach an organization: of one app, or of one person. */
export function GrantsTable({ label, grants, heading, cell }: GrantsTableProps) {
  return (
    <Scrollable label={label}>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            <th scope="col">Allows</th>
            <th scope="col">On</th>
            <th scope="col">Since</th>
            <th scope="col">Last used</th>
          </tr>
        </thead>
        <tbody>
          {grants.map((grant) => (
            <tr>
              <td>{cell(grant)}</td>
              <td>
                <ScopesInEffect granted={grant.scopes} inEffect={grant.scopesInEffect} />
              </td>
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
  )
}
