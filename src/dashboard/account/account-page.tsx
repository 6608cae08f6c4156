import { Hono } from 'hono'
import { findSession, isOperator, type Session } from '../../accounts/sessions.ts'
import type { AppEnv } from '../../env.ts'
import { currentTime } from '../../lib/clock.ts'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'

export const accountPage = new Hono<AppEnv>()

accountPage.get('/account', async (c) => {
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  return session
    ? htmlPage(c, <AccountPage session={session} operator={isOperator(c.get('config'), session)} />)
    : c.redirect('/sign-in?return_to=/account', 303)
})

/** Who is signed in here, and how to stop being it. */
function AccountPage({ session, operator }: { session: Session; operator: boolean }) {
  return (
    <Layout title="Your account" nav={{ section: 'account', email: session.email, operator }}>
      <h1>Your account</h1>
      <p>
        You are signed in as <strong>{session.email}</strong>.
      </p>
      <form method="post" action="/sign-out">
        <input type="hidden" name="form_token" value={session.formToken} />
        <div class="actions">
          <button type="submit" class="primary">
            Sign out
          </button>
          <button type="submit" formaction="/sign-out-everywhere">
            Sign out everywhere
          </button>
        </div>
      </form>
      <p class="small">
        Signing out ends sessions in browsers. Apps that you allowed keep their access, until you take it back under{' '}
        <a href="/connections">Connections</a>.
      </p>
      <p>
        <a href="/sign-in?switch=1">Use another account</a>
      </p>
    </Layout>
  )
}
