import type { Context } from 'hono'
import { APP_KINDS } from '../../apps/kinds.ts'
import type { AppEnv } from '../../env.ts'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout, type Navigation } from '../../ui/layout.tsx'

interface AppKindsView {
  nav: Navigation
  /** Carried on to the next step. */
  organizationId: string | undefined
}

export function appKindsPage(c: Pick<Context<AppEnv>, 'html'>, view: AppKindsView) {
  return htmlPage(c, <AppKinds {...view} />)
}

/** The first step: what it is decides how it proves itself. */
function AppKinds({ nav, organizationId }: AppKindsView) {
  const query = organizationId ? `?${new URLSearchParams({ organization: organizationId })}` : ''
  return (
    <Layout title="Register an app" nav={nav} wide>
      <p class="step">Step 1 of 4</p>
      <h1>What do you want to connect?</h1>
      <ul class="cards kinds">
        {Object.entries(APP_KINDS).map(([name, kind]) => (
          <li>
            <a href={`/developer/apps/new/${name}${query}`}>{kind.title}</a>
            <p>{kind.says}</p>
            <p class="detail">{kind.consequence}</p>
          </li>
        ))}
      </ul>
    </Layout>
  )
}
