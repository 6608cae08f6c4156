import type { Scope } from '../../catalog/catalog.ts'
import { FormToken, Problems } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import type { FieldProblems } from '../kit/form-problems.ts'
import { AppFields, type AppFormValues } from './form.tsx'
import { AppFrame, type AppFrameView } from './frame.tsx'

/** What follows a new homepage, said before it is saved. */
export interface HomepageMove {
  from: string
  /** Empty: there is no homepage any more. */
  to: string
  endsPublic: boolean
  endsVerified: boolean
}

interface AppSettingsView extends AppFrameView {
  /** What the form was filled from: a change in between is not overwritten. */
  version: number
  catalogue: readonly Scope[]
  values: AppFormValues
  redirectHint: string
  redirectExample: string
  problems: FieldProblems
  notice: string | undefined
  move: HomepageMove | undefined
}

export function appSettingsPage(c: PageContext, view: AppSettingsView) {
  return htmlPage(c, <AppSettings {...view} />, view.move || Object.keys(view.problems).length > 0 ? 422 : 200)
}

function AppSettings({ version, move, ...view }: AppSettingsView) {
  const path = `/developer/apps/${view.app.clientId}`
  return (
    <AppFrame {...view} tab="settings">
      <Problems id="form-problem" texts={view.problems['']} />
      {!view.mayManage && <p>Your role lets you see these settings, but not change them.</p>}
      <form method="post" action={`${path}/settings`}>
        <FormToken once />
        <input type="hidden" name="version" value={String(version)} />
        {move && <Move move={move} clientId={view.app.clientId} />}
        <AppFields {...view} steps={false} />
        {view.mayManage && (
          <div class="actions">
            <button type="submit" class="primary">
              {move ? 'Move the homepage and save' : 'Save'}
            </button>
          </div>
        )}
      </form>
      {view.mayManage && (
        <section>
          <h2>Delete the app</h2>
          <p>Its secrets and every access that people gave it end at once. There is no way back.</p>
          <a class="button" href={`${path}/delete`}>
            Delete {view.app.clientName}…
          </a>
        </section>
      )}
    </AppFrame>
  )
}

function Move({ move, clientId }: { move: HomepageMove; clientId: string }) {
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
            To have that back, verify {to} on the <a href={`/developer/apps/${clientId}/publisher`}>Publisher page</a>{' '}
            after the move{endsPublic && ', and make the app public again'}.
          </li>
        )}
      </ul>
      <p>To keep things as they are, put the old address back below.</p>
      <input type="hidden" name="moves_to" value={to} />
    </div>
  )
}
