import { type Context, Hono } from 'hono'
import { findActivity } from '../../apps/activity-store.ts'
import type { App } from '../../apps/app.ts'
import { APP_KINDS } from '../../apps/kinds.ts'
import { isPublic } from '../../apps/settings.ts'
import { listOfferedScopes } from '../../catalog/catalog-store.ts'
import type { AppFormValues, FieldProblems } from '../../pages/developer/app-form.tsx'
import type { AppFrameView } from '../../pages/developer/app-frame.tsx'
import { appSettingsPage } from '../../pages/developer/app-settings.tsx'
import { deleteAppPage } from '../../pages/developer/delete-app.tsx'
import { appChange } from '../app-schemas.ts'
import { askerOf, editApp, removeApp } from '../app-use-cases.ts'
import { parseBody } from '../field-errors.ts'
import type { PageEnv } from '../visitor.ts'
import { problemsOf, readAppForm, toAppForm, toBody } from './app-form.ts'
import { appPath, readNotice, requireAppPage } from './app-page.ts'

export const settingsPages = new Hono<PageEnv>()

settingsPages.get('/developer/apps/:client_id/settings', async (c) => {
  const { app, frame } = await requireAppPage(c, 'see')
  return showForm(c, frame, { values: toAppForm(app), version: app.version, problems: {} })
})

settingsPages.post('/developer/apps/:client_id/settings', async (c) => {
  const { app, frame } = await requireAppPage(c, 'manage')
  const values = readAppForm(c.get('fields'))
  const version = Number(c.get('fields').get('version'))
  try {
    await editApp(askerOf(c), app.clientId, parseBody(appChange, toBody(values)), new Set([version]))
    return c.redirect(appPath(app, 'settings', 'saved'), 303)
  } catch (error) {
    return showForm(c, frame, { values, version, problems: problemsOf(error) })
  }
})

settingsPages.get('/developer/apps/:client_id/delete', async (c) => {
  const { app, frame } = await requireAppPage(c, 'manage')
  const { connectedAccounts } = (await findActivity(c.env.DB, [app.clientId]))(app.clientId)
  return deleteAppPage(c, { ...frame, formToken: c.get('caller').session.formToken, connectedAccounts })
})

settingsPages.post('/developer/apps/:client_id/delete', async (c) => {
  await removeApp(askerOf(c), c.req.param('client_id'), null)
  return c.redirect('/developer', 303)
})

interface FilledForm {
  values: AppFormValues
  version: number
  problems: FieldProblems
}

async function showForm(c: Context<PageEnv>, frame: AppFrameView, form: FilledForm): Promise<Response> {
  const { redirectHint, redirectExample } = APP_KINDS[likelyKind(frame.app)]
  return appSettingsPage(c, {
    ...frame,
    ...form,
    formToken: c.get('caller').session.formToken,
    catalogue: await listOfferedScopes(c.env.DB, c.get('config').issuer, frame.app),
    redirectHint,
    redirectExample,
    notice: readNotice(c),
  })
}

/** For the hints only: the kind itself is not kept. */
function likelyKind(app: App) {
  return isPublic(app) ? 'native' : 'server'
}
