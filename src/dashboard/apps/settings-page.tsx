import { type Context, Hono } from 'hono'
import type { App } from '../../apps/app.ts'
import { APP_KINDS } from '../../apps/kinds.ts'
import { isPublic } from '../../apps/settings.ts'
import { listOfferedScopes } from '../../catalog/catalog-store.ts'
import { FormToken, Problems } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import { parseBody } from '../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { changeApp } from './actions.ts'
import { AppFields } from './form.tsx'
import { toAppForm, toBody } from './form-values.ts'
import { AppFrame, type AppFrameView } from './frame.tsx'
import { findMove, type HomepageMove, Move } from './homepage-move.tsx'
import type { AppForm } from './inputs.tsx'
import { appAddress, readNotice } from './notices.ts'
import { type AppPageEnv, requireManager } from './require-app-page.ts'
import { appChange } from './schemas.ts'

interface AppSettingsView extends AppFrameView, AppForm {
  /** What the form was filled from: a change in between is not overwritten. */
  version: number
  notice: string | undefined
  move: HomepageMove | undefined
}

export const settingsPage = new Hono<AppPageEnv>()

settingsPage.get(SITE.app.settings, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  return showForm(c, frame, { values: toAppForm(app), version: app.version, problems: {} })
})

settingsPage.post(SITE.app.settings, requireManager, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  const values = c.get('fields')
  const version = Number(values.get('version'))
  return submit(c, {
    act: async () => {
      const body = parseBody(appChange, toBody(values))
      const move = findMove(app, body.client_uri)
      if (move && values.get('moves_to') !== move.to) return move
      const change = move?.endsPublic ? { ...body, visibility: 'private' as const } : body
      await changeApp(actionContext(c), app.clientId, change, new Set([version]))
      return undefined
    },
    done: (move) =>
      move ? showForm(c, frame, { values, version, problems: {}, move }) : appAddress(app, 'settings', 'saved'),
    refused: (problems) => showForm(c, frame, { values, version, problems }),
  })
})

interface FilledForm {
  values: URLSearchParams
  version: number
  problems: FieldProblems
  /** A move of the homepage that is asked about before it is made. */
  move?: HomepageMove
}

async function showForm(c: Context<AppPageEnv>, frame: AppFrameView, form: FilledForm): Promise<Response> {
  const { redirectHint, redirectExample } = APP_KINDS[likelyKind(frame.app)]
  const view = {
    ...frame,
    move: undefined,
    ...form,
    catalogue: await listOfferedScopes(c.env.DB, c.get('config').issuer, frame.app),
    redirectHint,
    redirectExample,
    notice: readNotice(c),
  }
  return htmlPage(c, <AppSettings {...view} />, view.move ? 422 : formStatus(view.problems))
}

/** For the hints only: the kind itself is not kept. */
function likelyKind(app: App) {
  return isPublic(app) ? 'native' : 'server'
}

function AppSettings({ version, move, ...view }: AppSettingsView) {
  const { clientId } = view.app
  return (
    <AppFrame {...view} tab="settings">
      <Problems id="form-problem" texts={view.problems['']} />
      {!view.mayManage && <p>Your role lets you see these settings, but not change them.</p>}
      <form method="post" action={pathTo(SITE.app.settings, clientId)}>
        <FormToken once />
        <input type="hidden" name="version" value={String(version)} />
        {move && <Move move={move} clientId={clientId} />}
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
          <a class="button" href={pathTo(SITE.app.delete, clientId)}>
            Delete {view.app.clientName}…
          </a>
        </section>
      )}
    </AppFrame>
  )
}
