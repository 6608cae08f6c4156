import { FormToken } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { AppFrame, type AppFrameView } from './frame.tsx'

interface DeleteAppView extends AppFrameView {
  connectedAccounts: number
}

export function deleteAppPage(c: PageContext, view: DeleteAppView) {
  return htmlPage(c, <DeleteApp {...view} />)
}

function DeleteApp({ connectedAccounts, ...view }: DeleteAppView) {
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
        <FormToken once />
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
