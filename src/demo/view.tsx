import { raw } from 'hono/html'
import { decodeJwt } from 'jose'
import type { Exchange } from './exchange.ts'
import type { Step, Visit } from './visits.ts'

interface DemoView {
  visit: Visit | undefined
  stylesheet: string
  problem?: string
}

/** The whole demo on one page: what was done so far, and what can be done next. */
export function Demo({ visit, stylesheet, problem }: DemoView) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Demo integration</title>
          <link rel="stylesheet" href={stylesheet} />
        </head>
        <body>
          <header class="site">
            <a href="/">Postern</a>
          </header>
          <main class="wide">
            <h1>A demo integration</h1>
            <p class="lead">
              This page plays an app of another company. Each step shows the requests that it really sent; secrets are
              shortened.
            </p>
            {problem && (
              <p class="problem" role="alert">
                {problem}
              </p>
            )}
            <Actions visit={visit} />
            <ol class="timeline">
              {visit?.steps.map((step) => (
                <StepItem step={step} />
              ))}
            </ol>
            {visit?.accessToken && <Claims accessToken={visit.accessToken} />}
          </main>
        </body>
      </html>
    </>
  )
}

const ACTIONS = [
  { path: '/demo/call?path=/profile', label: 'Read the profile' },
  { path: '/demo/call?path=/projects', label: 'Read projects' },
  { path: '/demo/call?path=/projects&method=POST', label: 'Create a project' },
  { path: '/demo/refresh', label: 'Refresh' },
  { path: '/demo/revoke', label: 'Revoke' },
] as const

function Actions({ visit }: { visit: Visit | undefined }) {
  const connected = visit?.accessToken !== undefined
  return (
    <div class="toolbar">
      <form method="post" action="/demo/connect">
        <button type="submit" class={connected ? undefined : 'primary'}>
          {connected ? 'Connect again' : 'Connect'}
        </button>
      </form>
      {connected &&
        ACTIONS.map(({ path, label }) => (
          <form method="post" action={path}>
            <button type="submit">{label}</button>
          </form>
        ))}
    </div>
  )
}

function StepItem({ step }: { step: Step }) {
  return (
    <li>
      <h2>{step.title}</h2>
      <p>{step.explanation}</p>
      {step.problem && (
        <p class="problem" role="alert">
          {step.problem}
        </p>
      )}
      {step.exchanges.map((exchange) => (
        <ExchangeDetails exchange={exchange} />
      ))}
    </li>
  )
}

function ExchangeDetails({ exchange }: { exchange: Exchange }) {
  const [firstLine] = exchange.request.split('\n')
  return (
    <details>
      <summary>
        <code>{firstLine}</code> <span class="tag">{exchange.status}</span>
      </summary>
      <pre>{exchange.request}</pre>
      <pre>{exchange.response || '(no body)'}</pre>
    </details>
  )
}

const MEANINGS: Record<string, string> = {
  iss: 'who issued it',
  sub: 'the account that allowed it',
  aud: 'the only API that may accept it',
  client_id: 'the app that it was issued to',
  scope: 'what it allows',
  organizations: 'the organizations that it reaches',
  iat: 'issued at',
  exp: 'expires at',
  jti: 'the identifier of this one token',
  grant_id: 'the consent that it comes from',
  auth_time: 'when the person signed in',
}

/** A client must not read its access tokens (RFC 9068 §6): this page does, because it explains them. */
function Claims({ accessToken }: { accessToken: string }) {
  return (
    <section>
      <h2>What the newest access token says</h2>
      <table>
        <tbody>
          {Object.entries(decodeJwt(accessToken)).map(([name, value]) => (
            <tr>
              <th scope="row">
                <code>{name}</code>
                <span class="detail">{MEANINGS[name]}</span>
              </th>
              <td>{typeof value === 'string' ? value : JSON.stringify(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
