import { Hono } from 'hono'
import type { AppSecret } from '../../../apps/secret.ts'
import { listLiveSecrets } from '../../../apps/secrets-store.ts'
import { ApiError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import { FormToken } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { Time } from '../../../ui/time.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { AppFrame, type AppFrameView } from '../frame.tsx'
import { appAddress } from '../notices.ts'
import { type AppPageEnv, requireManager } from '../require-app-page.ts'
import { deleteSecret } from './actions.ts'

interface DeleteSecretView extends AppFrameView {
  secret: AppSecret
  last: boolean
}

export const deleteSecretPage = new Hono<AppPageEnv>()

deleteSecretPage.get(SITE.app.deleteSecret, requireManager, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  const live = await listLiveSecrets(c.env.DB, app.clientId, currentTime())
  const secret = live.find(({ id }) => id === c.req.param('id'))
  if (!secret) throw new ApiError('not-found')
  return htmlPage(c, <DeleteSecret {...frame} secret={secret} last={live.length === 1} />)
})

deleteSecretPage.post(SITE.app.deleteSecret, requireManager, async (c) => {
  const { app } = c.get('frame')
  await deleteSecret(actionContext(c), app.clientId, c.req.param('id'))
  return c.redirect(appAddress(app, 'secrets', 'secret_deleted'), 303)
})

function DeleteSecret({ secret, last, ...view }: DeleteSecretView) {
  const { clientId } = view.app
  return (
    <AppFrame {...view} tab="secrets">
      <h2>Delete “{secret.name}”?</h2>
      <p>
        It stops working at the next request. Last used: <Time at={secret.lastUsedAt} exact />. What people allowed
        stays.
      </p>
      {last && (
        <p class="problem" role="alert">
          It is the last secret of this app: without one, no code can be exchanged and no token refreshed until you
          create another.
        </p>
      )}
      <form method="post" action={pathTo(SITE.app.deleteSecret, clientId, secret.id)}>
        <FormToken once />
        <div class="actions">
          <button type="submit" class="danger">
            Delete it
          </button>
          <a class="button" href={pathTo(SITE.app.secrets, clientId)}>
            Keep it
          </a>
        </div>
      </form>
    </AppFrame>
  )
}
