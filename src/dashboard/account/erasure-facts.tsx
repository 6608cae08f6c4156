import { inNumber } from '../../ui/in-number.ts'
import type { ErasureConsequences } from './actions.ts'

/** What follows when an account is erased, in numbers, before anybody decides. */
export function ErasureFacts({ connectedApps, leaves, apps }: ErasureConsequences) {
  const people = apps.reduce((sum, app) => sum + app.people, 0)
  return (
    <ul>
      <li>Every browser is signed out.</li>
      <li>
        {connectedApps === 0
          ? 'No app is connected.'
          : `${inNumber(connectedApps, 'connected app')} ${connectedApps === 1 ? 'loses' : 'lose'} all access at once.`}
      </li>
      <li>
        {leaves.length === 0
          ? 'There is no organization to leave.'
          : `The account leaves ${inNumber(leaves.length, 'organization')}: ${leaves.map(({ name }) => name).join(', ')}.`}
      </li>
      <li>
        The personal organization ends
        {apps.length === 0
          ? '; it has no apps.'
          : ` with its ${inNumber(apps.length, 'app')} (${apps.map(({ clientName }) => clientName).join(', ')}), which ${inNumber(people, 'person', 'people')} ${people === 1 ? 'uses' : 'use'}.`}
      </li>
      <li>The address is erased wherever it is kept. Signing in with it later makes a new account.</li>
      <li>Audit logs keep what happened, with the account’s id only.</li>
    </ul>
  )
}
