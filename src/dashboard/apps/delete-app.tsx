import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { AppFrame, type AppFrameView } from './frame.tsx'

interface DeleteAppView extends AppFrameView {
  formToken: string
  connectedAccounts: number
}

export function deleteAppPage(c: Pick<Context<AppEnv>, 'html'>, view: DeleteAppView) {
  return htmlPage(c, <DeleteApp {...view} />)
}

function DeleteApp({ formToken, connectedAccounts, ...view }: DeleteAppView) {
  const path = `/developer/apps/${view.app.clientId}`
  return (
    <AppFrame {...view} tab="settings">
      <h2>Delete {view.app.clientName}?</h2>
      <p>
        {connectedAccounts === 0
          ? 'Nobody is connected to it now.'
          : `${connectedAccounts} ${connectedAccounts === 1 ? 'person is' : 'people are'} connected to it and will be cut off.`}{' '}
        Its client_id is never used again.
      </p>
      <form method="post" action={`${path}/delete`}>
        <FormToken value={formToken} once />
        <div class="actions">
          <button type="submit" class="danger">
            Delete it for good
          </button>
          <a class="button" href={`${path}/settings`}>
            Keep it
          </a>
        </div>
      </form>
    </AppFrame>
  )
}
