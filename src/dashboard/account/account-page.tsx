import { Hono } from 'hono'
import { findSession } from '../../accounts/sessions.ts'
import type { AppEnv } from '../../env.ts'
import { currentTime } from '../../lib/clock.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { SITE } from '../kit/addresses.ts'
import { surroundWith } from '../kit/visitor.ts'

export const accountPage = new Hono<AppEnv>()

accountPage.get(SITE.account.overview, async (c) => {
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  if (!session) return c.redirect(`/sign-in?return_to=${SITE.account.overview}`, 303)
  surroundWith(c, session)
  return htmlPage(c, <AccountPage email={session.email} />)
})

/** Who is signed in here, and how to stop being it. */
function AccountPage({ email }: { email: string }) {
  return (
    <Layout title="Your account">
      <h1>Your account</h1>
      <p>
        You are signed in as <strong>{email}</strong>.
      </p>
      <form method="post" action="/sign-out">
        <FormToken />
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
        <a href={SITE.connections.list}>Connections</a>.
      </p>
      <p>
        <a href="/sign-in?switch=1">Use another account</a>
      </p>
      <h2>What is stored about you</h2>
      <p>
        <a href={SITE.account.export}>Download it</a> as one JSON file, or{' '}
        <a href={SITE.account.delete}>delete your account</a>: the next page says first what follows.
      </p>
    </Layout>
  )
}
