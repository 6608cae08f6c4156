import type { App } from '../../apps/app.ts'
import { homepageHost } from '../../apps/publisher.ts'
import { pathTo, SITE } from '../kit/addresses.ts'

/** What follows a new homepage, said before it is saved. */
export interface HomepageMove {
  from: string
  /** Empty: there is no homepage any more. */
  to: string
  endsPublic: boolean
  endsVerified: boolean
}

/** Undefined where the move takes nothing away. */
export function findMove(app: App, clientUri: string | null | undefined): HomepageMove | undefined {
  const [from, to] = [homepageHost(app), homepageHost({ clientUri: clientUri ?? null })]
  // A public app keeps a homepage: leaving it out is refused.
  const endsPublic = app.visibility === 'public' && !app.firstParty && to !== null
  if (from === to || (app.publisherDomain === null && !endsPublic)) return undefined
  return { from: from ?? '', to: to ?? '', endsPublic, endsVerified: app.publisherDomain !== null }
}

export function Move({ move, clientId }: { move: HomepageMove; clientId: string }) {
  const { from, to, endsPublic, endsVerified } = move
  return (
    <div class="problem" role="alert" tabindex={-1} autofocus>
      <p>
        <strong>
          Nothing is saved yet. This{' '}
          {to === '' ? `removes the homepage at ${from}` : `moves the homepage from ${from} to ${to}`}:
        </strong>
      </p>
      <ul>
        {endsVerified && (
          <li>
            The publisher is not verified any more. Organizations that let in verified publishers only lose the app at
            once.
          </li>
        )}
        {endsPublic && (
          <li>
            The app is not public any more. People outside its organization lose it at their next token, and new ones
            cannot connect it.
          </li>
        )}
        {to !== '' && (
          <li>
            To have that back, verify {to} on the <a href={pathTo(SITE.app.publisher, clientId)}>Publisher page</a>{' '}
            after the move{endsPublic && ', and make the app public again'}.
          </li>
        )}
      </ul>
      <p>To keep things as they are, put the old address back below.</p>
      <input type="hidden" name="moves_to" value={to} />
    </div>
  )
}
