import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'

interface ShownOnceView {
  title: string
  /** By their names in the protocol. */
  shown: readonly ShownValue[]
  explanation: string
  nextHref: string
  nextTitle: string
}

interface ShownValue {
  name: string
  value: string
  secret?: boolean
}

/** The answer to the form itself: a secret goes into no address and is never sent again. */
export function shownOncePage(c: PageContext, view: ShownOnceView) {
  return htmlPage(c, <ShownOnce {...view} />, 201)
}

function ShownOnce({ title, shown, explanation, nextHref, nextTitle }: ShownOnceView) {
  return (
    <Layout title={title} wide>
      <h1>{title}</h1>
      <p>{explanation}</p>
      <dl class="facts">
        {shown.map(({ name, value, secret }) => (
          <>
            <dt>{name}</dt>
            <dd>
              <code id={name.replaceAll('_', '-')} data-copy>
                {value}
              </code>
              {secret && (
                <p class="problem">
                  This is the only time that you see the secret. Keep it where only your server reads it.
                </p>
              )}
            </dd>
          </>
        ))}
      </dl>
      <p>
        <a class="button primary" href={nextHref}>
          {nextTitle}
        </a>
      </p>
    </Layout>
  )
}

/** What an app signs in with; without a secret there is none, or it was shown before. */
export function clientCredentials(clientId: string, clientSecret: string | null): ShownValue[] {
  const secret = clientSecret === null ? [] : [{ name: 'client_secret', value: clientSecret, secret: true }]
  return [{ name: 'client_id', value: clientId }, ...secret]
}
