import { Hono } from 'hono'
import { ApiError } from '../../errors.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { disconnectApp } from './actions.ts'
import { type Connection, listConnections } from './connection.ts'

export const disconnectPage = new Hono<PageEnv>()

disconnectPage.get(SITE.connections.disconnect, async (c) => {
  const connection = (await listConnections(c)).find(({ app }) => app.clientId === c.req.param('client_id'))
  if (!connection) throw new ApiError('not-found')
  return htmlPage(c, <Disconnect {...connection} />)
})

disconnectPage.post(SITE.connections.disconnect, async (c) => {
  await disconnectApp(actionContext(c), c.req.param('client_id'))
  return c.redirect(`${SITE.connections.list}?done=disconnected`, 303)
})

function Disconnect({ app, devices }: Connection) {
  return (
    <Layout title={`Disconnect ${app.clientName}?`}>
      <h1>Disconnect {app.clientName}?</h1>
      <p>
        It loses its access {devices.length === 1 ? 'on one device' : `on ${devices.length} devices`} at once. What it
        did so far stays.
      </p>
      <form method="post" action={pathTo(SITE.connections.disconnect, app.clientId)}>
        <FormToken once />
        <div class="actions">
          <button type="submit" class="danger">
            Disconnect
          </button>
          <a class="button" href={SITE.connections.list}>
            Keep it
          </a>
        </div>
      </form>
    </Layout>
  )
}
