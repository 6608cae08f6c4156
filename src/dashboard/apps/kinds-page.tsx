import { Hono } from 'hono'
import { APP_KINDS } from '../../apps/kinds.ts'
import { FORM_STEPS } from '../../apps/setting-row.ts'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'

interface AppKindsView {
  /** Carried on to the next step. */
  organizationId: string | undefined
}

export const kindsPage = new Hono<PageEnv>()

kindsPage.get(SITE.apps.kinds, (c) => htmlPage(c, <AppKinds organizationId={c.req.query('organization')} />))

/** The first step: what it is decides how it proves itself. */
function AppKinds({ organizationId }: AppKindsView) {
  const query = organizationId ? `?${new URLSearchParams({ organization: organizationId })}` : ''
  return (
    <Layout title="Register an app" wide>
      <p class="step">Step 1 of {FORM_STEPS}</p>
      <h1>What do you want to connect?</h1>
      <ul class="cards kinds">
        {Object.entries(APP_KINDS).map(([name, kind]) => (
          <li>
            <a href={pathTo(SITE.apps.register, name) + query}>{kind.title}</a>
            <p>{kind.says}</p>
            <p class="detail">{kind.consequence}</p>
          </li>
        ))}
      </ul>
    </Layout>
  )
}
