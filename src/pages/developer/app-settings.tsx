import type { Context } from 'hono'
import type { Scope } from '../../catalog/catalog.ts'
import type { AppEnv } from '../../env.ts'
import { FormToken, Problems } from '../field.tsx'
import { htmlPage } from '../html-page.tsx'
import { AppFields, type AppFormValues, type FieldProblems } from './app-form.tsx'
import { AppFrame, type AppFrameView } from './app-frame.tsx'

interface AppSettingsView extends AppFrameView {
  formToken: string
  /** What the form was filled from: a change in between is not overwritten. */
  version: number
  catalogue: readonly Scope[]
  values: AppFormValues
  redirectHint: string
  redirectExample: string
  problems: FieldProblems
  notice: string | undefined
}

export function appSettingsPage(c: Pick<Context<AppEnv>, 'html'>, view: AppSettingsView) {
  return htmlPage(c, <AppSettings {...view} />, Object.keys(view.problems).length > 0 ? 422 : 200)
}

function AppSettings({ formToken, version, ...view }: AppSettingsView) {
  const path = `/developer/apps/${view.app.clientId}`
  return (
    <AppFrame {...view} tab="settings">
      <Problems id="form-problem" texts={view.problems['']} />
      {!view.mayManage && <p>Your role lets you see these settings, but not change them.</p>}
      <form method="post" action={`${path}/settings`}>
        <FormToken value={formToken} once />
        <input type="hidden" name="version" value={String(version)} />
        <AppFields {...view} steps={false} />
        {view.mayManage && (
          <div class="actions">
            <button type="submit" class="primary">
              Save
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
