import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { htmlPage } from '../ui/html-page.tsx'
import { Layout } from '../ui/layout.tsx'

interface MistakenRequestView {
  title: string
  parameter: 'client_id' | 'redirect_uri'
  received: string
  registered: readonly string[] | null
  settingsHref: string | null
  host: string
  code: string
}

/** For a request that names no app, or an address that is not the app's: nothing leads back from here. */
export function mistakenRequestPage(c: Context<AppEnv>, view: MistakenRequestView): Promise<Response> {
  return htmlPage(c, <MistakenRequest {...view} />, 400)
}

function MistakenRequest({ title, parameter, received, registered, settingsHref, host, code }: MistakenRequestView) {
  return (
    <Layout title={title}>
      <h1>{title}</h1>
      <p>Nothing was granted. You cannot mend this yourself: tell whoever made the app what stands here.</p>
      <dl class="facts">
        <dt>{parameter} that the app sent</dt>
        <dd>
          <code>{received}</code>
        </dd>
        {registered && (
          <>
            <dt>Registered</dt>
            {registered.map((address) => (
              <dd>
                <code>{address}</code>
              </dd>
            ))}
          </>
        )}
      </dl>
      {settingsHref && (
        <p>
          You belong to the organization of this app. The two must be the same, character by character; only on
          127.0.0.1 may the port differ. <a href={settingsHref}>Change what is registered</a>
        </p>
      )}
      {parameter === 'client_id' && (
        <p>
          If you made the app: copy its client_id from <a href="/developer">your apps</a>, and check that it is
          registered here, at {host}, and was not deleted.
        </p>
      )}
      <p class="code">{code}</p>
    </Layout>
  )
}

interface HeldRefusalView {
  title: string
  /** Tells the app that it was refused. */
  backHref: string
  /** Where that leads, in words. */
  destination: string
  code: string
  status: 400 | 503
}

/** For a refusal that would send the browser to an app that nobody here vouches for: the person sees where to. */
export function heldRefusalPage(c: Context<AppEnv>, view: HeldRefusalView): Promise<Response> {
  const { title, backHref, destination, code, status } = view
  return htmlPage(
    c,
    <Layout title={title}>
      <h1>{title}</h1>
      <p>
        The app asked for something that is not possible. Nothing was granted. It wants you to be sent to{' '}
        <strong>{destination}</strong>; nobody here has checked who that is.
      </p>
      <p>
        <a class="button" href={backHref} rel="noreferrer">
          Go to {destination}
        </a>
      </p>
      <p class="code">{code}</p>
    </Layout>,
    status,
  )
}
