import type { Context } from 'hono'
import type { App } from '../apps/app.ts'
import { makerOf } from '../apps/maker.ts'
import type { AppEnv } from '../env.ts'
import { htmlPage } from '../ui/html-page.tsx'
import { Layout } from '../ui/layout.tsx'
import { MakerIcon, MakerStanding } from '../ui/maker.tsx'

interface PrivateAppView {
  app: App
  email: string
  switchHref: string
  /** Tells the app that it was refused. */
  backHref: string
  /** Where that leads, in words. */
  destination: string
}

/** For a stranger at a private app: said here, because most apps show nothing of what they are told. */
export function privateAppPage(c: Context<AppEnv>, view: PrivateAppView): Promise<Response> {
  return htmlPage(c, <PrivateApp {...view} />, 403)
}

function PrivateApp({ app, email, switchHref, backHref, destination }: PrivateAppView) {
  return (
    <Layout title={`${app.clientName} is private`}>
      <div class="app-card">
        <MakerIcon maker={makerOf(app)} />
        <MakerStanding maker={makerOf(app)} />
      </div>
      <h1>
        <strong>{app.clientName}</strong> is a private app
      </h1>
      <p>Only members of the organization that it belongs to can connect it. Nothing was granted.</p>
      <p class="account">
        You are signed in as <strong>{email}</strong>. <a href={switchHref}>Use another account</a>
      </p>
      <p>
        If you should be a member, ask an administrator of that organization to add this address. If the app is meant
        for everybody, its developer has to make it public.
      </p>
      <div class="actions">
        <a class="button primary" href={backHref}>
          Go back to {destination}
        </a>
      </div>
    </Layout>
  )
}
