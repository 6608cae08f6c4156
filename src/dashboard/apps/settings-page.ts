import { type Context, Hono } from 'hono'
import { findActivity } from '../../apps/activity-store.ts'
import type { App } from '../../apps/app.ts'
import { APP_KINDS } from '../../apps/kinds.ts'
import { homepageHost } from '../../apps/publisher.ts'
import { isPublic } from '../../apps/settings.ts'
import { listOfferedScopes } from '../../catalog/catalog-store.ts'
import { askerOf } from '../kit/asker.ts'
import { parseBody } from '../kit/field-errors.ts'
import type { FieldProblems } from '../kit/form-problems.ts'
import { problemsOf } from '../kit/form-problems.ts'
import type { PageEnv } from '../kit/visitor.ts'
import { editApp, removeApp } from './actions.ts'
import { appPath, readNotice, requireAppPage } from './app-page.ts'
import { appSettingsPage, type HomepageMove } from './app-settings.tsx'
import { deleteAppPage } from './delete-app.tsx'
import type { AppFormValues } from './form.tsx'
import { readAppForm, toAppForm, toBody } from './form-values.ts'
import type { AppFrameView } from './frame.tsx'
import { appChange } from './schemas.ts'

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
    const body = parseBody(appChange, toBody(values))
    const move = findMove(app, body.client_uri)
    if (move && c.get('fields').get('moves_to') !== move.to) {
      return showForm(c, frame, { values, version, problems: {}, move })
    }
    const change = move?.endsPublic ? { ...body, visibility: 'private' as const } : body
    await editApp(askerOf(c), app.clientId, change, new Set([version]))
    return c.redirect(appPath(app, 'settings', 'saved'), 303)
  } catch (error) {
    return showForm(c, frame, { values, version, problems: problemsOf(error) })
  }
})

settingsPages.get('/developer/apps/:client_id/delete', async (c) => {
  const { app, frame } = await requireAppPage(c, 'manage')
  const { connectedAccounts } = (await findActivity(c.env.DB, [app.clientId]))(app.clientId)
  return deleteAppPage(c, { ...frame, connectedAccounts })
})

settingsPages.post('/developer/apps/:client_id/delete', async (c) => {
  await removeApp(askerOf(c), c.req.param('client_id'), null)
  return c.redirect('/developer', 303)
})

interface FilledForm {
  values: AppFormValues
  version: number
  problems: FieldProblems
  /** A move of the homepage that is asked about before it is made. */
  move?: HomepageMove
}

async function showForm(c: Context<PageEnv>, frame: AppFrameView, form: FilledForm): Promise<Response> {
  const { redirectHint, redirectExample } = APP_KINDS[likelyKind(frame.app)]
  return appSettingsPage(c, {
    ...frame,
    move: undefined,
    ...form,
    catalogue: await listOfferedScopes(c.env.DB, c.get('config').issuer, frame.app),
    redirectHint,
    redirectExample,
    notice: readNotice(c),
  })
}

/** Undefined where the move takes nothing away. */
function findMove(app: App, clientUri: string | null | undefined): HomepageMove | undefined {
  const [from, to] = [homepageHost(app), homepageHost({ clientUri: clientUri ?? null })]
  // A public app keeps a homepage: leaving it out is refused.
  const endsPublic = app.visibility === 'public' && !app.firstParty && to !== null
  if (from === to || (app.publisherDomain === null && !endsPublic)) return undefined
  return { from: from ?? '', to: to ?? '', endsPublic, endsVerified: app.publisherDomain !== null }
}

/** For the hints only: the kind itself is not kept. */
function likelyKind(app: App) {
  return isPublic(app) ? 'native' : 'server'
}
