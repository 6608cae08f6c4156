import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { htmlPage } from '../ui/html-page.tsx'
import { Layout } from '../ui/layout.tsx'
import { SITE } from './kit/addresses.ts'

export const landingPage = new Hono<AppEnv>()

landingPage.get('/', (c) => {
  const { issuer, development } = c.get('config')
  return htmlPage(c, <Landing host={new URL(issuer).host} development={development} />)
})

interface LandingView {
  host: string
  development: boolean
}

/** What this is, and where each of its people goes on. */
function Landing({ host, development }: LandingView) {
  return (
    <Layout title={`${host}: access for apps`} wide>
      <h1>Apps without passwords or pasted tokens</h1>
      <p class="lead">{host} lets apps reach an API in your name, only as far as you allow.</p>
      <div class="cards">
        <section>
          <h2>You use an app</h2>
          <p>See which apps you allowed, what they may do and since when, and take any of it back.</p>
          <a href={SITE.connections.list}>Connected apps</a>
          <a href={SITE.account.overview}>Your account</a>
        </section>
        <section>
          <h2>You build an app</h2>
          <p>Register it, paste its quick start, and connect it with any standard OAuth client.</p>
          <a href={SITE.apps.list}>Your apps</a>
          <a href={SITE.api.docs}>API, described</a>
          <a href="/.well-known/oauth-authorization-server">Server metadata</a>
        </section>
        <section>
          <h2>You decide what apps may reach</h2>
          <p>
            Administrators approve or block each app that reaches their organization, and keep its members. Operators
            keep the protected APIs and their permissions.
          </p>
          <a href={SITE.organizations}>Organizations</a>
          <a href={SITE.catalog.overview}>Catalogue</a>
        </section>
        {development && (
          <section>
            <h2>You try it out</h2>
            <p>A demo integration shows every request of a connection, from consent to revocation.</p>
            <a href="/demo">Demo</a>
            <a href="/dev/outbox">Outbox</a>
          </section>
        )}
      </div>
    </Layout>
  )
}
