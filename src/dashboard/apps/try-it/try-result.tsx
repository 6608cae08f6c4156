import { FormToken } from '../../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { AppFrame, type AppFrameView } from '../frame.tsx'

/** What a trial run came to. No token is in it. */
export type TryOutcome =
  | {
      ok: true
      scopes: readonly string[]
      audience: string
      organizations: readonly string[]
      expiresIn: number
      refreshes: boolean
    }
  | { ok: false; error: string; description: string }

interface TryResultView extends AppFrameView {
  outcome: TryOutcome
}

export function tryResultPage(c: PageContext, view: TryResultView) {
  return htmlPage(c, <TryResult {...view} />)
}

function TryResult({ outcome, ...frame }: TryResultView) {
  return (
    <AppFrame {...frame} tab="overview">
      {outcome.ok ? <Success {...outcome} /> : <Failure {...outcome} />}
      <form method="post" action={`/developer/try/${frame.app.clientId}`}>
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
