import { Hono } from 'hono'
import { refuseRehearsal } from '../../../lib/rehearsal.ts'
import { FormToken } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { AppFrame, type AppFrameView } from '../frame.tsx'
import type { AppPageEnv } from '../require-app-page.ts'
import { finishTryRun, startTryRun, type TryOutcome } from './actions.ts'

/** A developer runs the authorization of their own app, to see it as people will. */
export const tryPage = new Hono<AppPageEnv>()

tryPage.post(SITE.app.try, async (c) => {
  const { app } = c.get('frame')
  return c.redirect(await startTryRun(actionContext(c), app), 303)
})

/** Where the run comes back to. */
tryPage.get(SITE.app.tryCallback, refuseRehearsal, async (c) => {
  const frame = c.get('frame')
  const { app } = frame
  const outcome = await finishTryRun(actionContext(c), app, c.req.query())
  return htmlPage(c, <TryResult {...frame} outcome={outcome} />)
})

function TryResult({ outcome, ...frame }: AppFrameView & { outcome: TryOutcome }) {
  return (
    <AppFrame {...frame} tab="overview">
      {outcome.ok ? <Success {...outcome} /> : <Failure {...outcome} />}
      <form method="post" action={pathTo(SITE.app.try, frame.app.clientId)}>
        <FormToken once />
        <button type="submit">Try it again</button>
      </form>
    </AppFrame>
  )
}

function Success({ scopes, audience, organizations, expiresIn, refreshes }: Extract<TryOutcome, { ok: true }>) {
  return (
    <>
      <h2>It works</h2>
      <p class="notice" role="status">
        The code was redeemed, and what you granted is revoked again.
      </p>
      <dl class="facts">
        <dt>The app would get</dt>
        <dd>
          an access token for {expiresIn} seconds{refreshes ? ', and a refresh token' : ', and no refresh token'}
        </dd>
        <dt>For the API</dt>
        <dd>
          <code>{audience}</code>
        </dd>
        <dt>With the scopes</dt>
        <dd>
          <code>{scopes.join(' ')}</code>
        </dd>
        <dt>In organizations</dt>
        <dd>
          <code>{organizations.join(' ') || 'none'}</code>
        </dd>
      </dl>
    </>
  )
}

function Failure({ error, description }: Extract<TryOutcome, { ok: false }>) {
  return (
    <>
      <h2>The app was told</h2>
      <p class="problem" role="alert">
        {description || error}
      </p>
      <p class="code">{error}</p>
    </>
  )
}
