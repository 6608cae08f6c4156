import { type Context, Hono } from 'hono'
import { homepageHost } from '../../../apps/publisher.ts'
import { findPublisherCheck } from '../../../apps/publisher-store.ts'
import { listMissingForPublic } from '../../../apps/visibility.ts'
import { askerOf } from '../../kit/asker.ts'
import { parseBody } from '../../kit/field-errors.ts'
import type { FieldProblems } from '../../kit/form-problems.ts'
import { problemsOf } from '../../kit/form-problems.ts'
import type { PageEnv } from '../../kit/visitor.ts'
import { editApp } from '../actions.ts'
import { appPath, readNotice, requireAppPage } from '../app-page.ts'
import type { AppFrameView } from '../frame.tsx'
import { appChange } from '../schemas.ts'
import { startPublisherVerification } from './actions.ts'
import { appPublisherPage } from './app-publisher.tsx'

export const publisherPages = new Hono<PageEnv>()

publisherPages.get('/developer/apps/:client_id/publisher', async (c) => {
  const { frame } = await requireAppPage(c, 'see')
  return showPublisher(c, frame, {})
})

publisherPages.post('/developer/apps/:client_id/publisher', async (c) => {
  const { app, frame } = await requireAppPage(c, 'manage')
  try {
    await startPublisherVerification(askerOf(c), app.clientId)
    return c.redirect(appPath(app, 'publisher'), 303)
  } catch (error) {
    return showPublisher(c, frame, problemsOf(error))
  }
})

publisherPages.post('/developer/apps/:client_id/visibility', async (c) => {
  const { app, frame } = await requireAppPage(c, 'manage')
  try {
    const change = parseBody(appChange, { visibility: c.get('fields').get('visibility') })
    const changed = await editApp(askerOf(c), app.clientId, change, null)
    return c.redirect(appPath(app, 'publisher', changed.visibility), 303)
  } catch (error) {
    return showPublisher(c, frame, problemsOf(error))
  }
})

async function showPublisher(c: Context<PageEnv>, frame: AppFrameView, problems: FieldProblems): Promise<Response> {
  const { app } = frame
  return appPublisherPage(c, {
    ...frame,
    host: homepageHost(app),
    check: await findPublisherCheck(c.env.DB, app.clientId),
    missing: listMissingForPublic(app, app.publisherDomain),
    problems: Object.values(problems).flat(),
    notice: readNotice(c),
  })
}
