import type { Context } from 'hono'
import type { App } from '../../apps/app.ts'
import type { AppEnv } from '../../env.ts'
import { htmlPage } from '../html-page.tsx'
import { Layout, type Navigation } from '../layout.tsx'

interface ShownOnceView {
  nav: Navigation
  app: App
  title: string
  /** Null: there is none, or it was shown before. */
  clientSecret: string | null
  explanation: string
  nextHref: string
  nextTitle: string
}

/** The answer to the form itself: a secret goes into no address and is never sent again. */
export function shownOncePage(c: Pick<Context<AppEnv>, 'html'>, view: ShownOnceView) {
  return htmlPage(c, <ShownOnce {...view} />, 201)
}

function ShownOnce({ nav, app, title, clientSecret, explanation, nextHref, nextTitle }: ShownOnceView) {
  return (
    <Layout title={title} nav={nav} wide>
      <h1>{title}</h1>
      <p>{explanation}</p>
      <dl class="facts">
        <dt>client_id</dt>
        <dd>
          <code id="client-id" data-copy>
            {app.clientId}
          </code>
        </dd>
        {clientSecret && (
          <>
            <dt>client_secret</dt>
            <dd>
              <code id="client-secret" data-copy>
                {clientSecret}
              </code>
              <p class="problem">
                This is the only time that you see the secret. Keep it where only your server reads it.
              </p>
            </dd>
          </>
        )}
      </dl>
      <p>
        <a class="button primary" href={nextHref}>
          {nextTitle}
        </a>
      </p>
    </Layout>
  )
}
