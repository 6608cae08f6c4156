import { Hono } from 'hono'
import { findActivity } from '../../apps/activity-store.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import { deleteApp } from './actions.ts'
import { AppFrame, type AppFrameView } from './frame.tsx'
import { type AppPageEnv, requireManager } from './require-app-page.ts'

interface DeleteAppView extends AppFrameView {
  connectedAccounts: number
}

export const deletePage = new Hono<AppPageEnv>()

deletePage.get(SITE.app.delete, requireManager, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  const { connectedAccounts } = (await findActivity(c.env.DB, [app.clientId]))(app.clientId)
  return htmlPage(c, <DeleteApp {...frame} connectedAccounts={connectedAccounts} />)
})

deletePage.post(SITE.app.delete, async (c) => {
  await deleteApp(actionContext(c), c.req.param('client_id'), null)
  return c.redirect(SITE.apps.list, 303)
})

function DeleteApp({ connectedAccounts, ...view }: DeleteAppView) {
  const { clientId } = view.app
  return (
    <AppFrame {...view} tab="settings">
      <h2>Delete {view.app.clientName}?</h2>
      <p>
        {connectedAccounts === 0
          ? 'Nobody is connected to it now.'
          : `${connectedAccounts} ${connectedAccounts === 1 ? 'person is' : 'people are'} connected to it and will be cut off.`}{' '}
        Its client_id is never used again.
      </p>
      <form method="post" action={pathTo(SITE.app.delete, clientId)}>
        <FormToken once />
        <div class="actions">
          <button type="submit" class="danger">
            Delete it for good
          </button>
          <a class="button" href={pathTo(SITE.app.settings, clientId)}>
            Keep it
          </a>
        </div>
      </form>
    </AppFrame>
  )
}
