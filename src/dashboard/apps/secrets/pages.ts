import { type Context, Hono } from 'hono'
import type { App } from '../../../apps/app.ts'
import { type AppSecret, MAX_LIVE_SECRETS } from '../../../apps/secret.ts'
import { listLiveSecrets } from '../../../apps/secrets-store.ts'
import { ApiError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import { askerOf } from '../../kit/asker.ts'
import { parseBody } from '../../kit/field-errors.ts'
import type { FieldProblems } from '../../kit/form-problems.ts'
import { problemsOf } from '../../kit/form-problems.ts'
import { clientCredentials, shownOncePage } from '../../kit/shown-once.tsx'
import type { PageEnv } from '../../kit/visitor.ts'
import { appPath, readNotice, requireAppPage } from '../app-page.ts'
import type { AppFrameView } from '../frame.tsx'
import { addSecret, removeSecret } from './actions.ts'
import { appSecretsPage, deleteSecretPage } from './app-secrets.tsx'
import { secretRequest } from './schemas.ts'

const END_OF_DAY = 'T23:59:59Z'

export const secretPages = new Hono<PageEnv>()

secretPages.get('/developer/apps/:client_id/secrets', async (c) => {
  const { frame } = await requireAppPage(c, 'see')
  return showSecrets(c, frame, { name: '', expires: '' }, {})
})

secretPages.post('/developer/apps/:client_id/secrets', async (c) => {
  const { app, frame } = await requireAppPage(c, 'manage')
  const name = c.get('fields').get('name') ?? ''
  const expires = c.get('fields').get('expires') ?? ''
  try {
    const request = parseBody(secretRequest, { name, expires_at: parseDay(expires) })
    const { secret, clientSecret } = await addSecret(askerOf(c), app.clientId, request)
    return shownOncePage(c, {
      title: `“${secret.name}” is created`,
      shown: clientCredentials(app.clientId, clientSecret),
      explanation: 'It works now, beside the one that the app had before.',
      nextHref: appPath(app, 'secrets'),
      nextTitle: 'Back to the secrets',
    })
  } catch (error) {
    return showSecrets(c, frame, { name, expires }, problemsOf(error))
  }
})

secretPages.get('/developer/apps/:client_id/secrets/:id/delete', async (c) => {
  const { app, frame } = await requireAppPage(c, 'manage')
  const { secret, last } = await requireSecret(c, app)
  return deleteSecretPage(c, { ...frame, secret, last })
})

secretPages.post('/developer/apps/:client_id/secrets/:id/delete', async (c) => {
  const { app } = await requireAppPage(c, 'manage')
  await removeSecret(askerOf(c), app.clientId, c.req.param('id'))
  return c.redirect(appPath(app, 'secrets', 'secret_deleted'), 303)
})

async function showSecrets(
  c: Context<PageEnv>,
  frame: AppFrameView,
  values: { name: string; expires: string },
  problems: FieldProblems,
): Promise<Response> {
  return appSecretsPage(c, {
    ...frame,
    secrets: await listLiveSecrets(c.env.DB, frame.app.clientId, currentTime()),
    maxSecrets: MAX_LIVE_SECRETS,
    values,
    problems,
    notice: readNotice(c),
  })
}

async function requireSecret(c: Context<PageEnv>, app: App): Promise<{ secret: AppSecret; last: boolean }> {
  const live = await listLiveSecrets(c.env.DB, app.clientId, currentTime())
  const secret = live.find(({ id }) => id === c.req.param('id'))
  if (!secret) throw new ApiError('not-found')
  return { secret, last: live.length === 1 }
}

/** What a date field sends, or nothing; NaN, which the schema refuses, for anything else. */
function parseDay(day: string): number | null {
  return day === '' ? null : Date.parse(day + END_OF_DAY) / 1000
}
