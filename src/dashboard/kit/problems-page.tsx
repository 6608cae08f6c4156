import { API_PROBLEMS, type ApiProblem } from '../../errors.ts'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { pathTo, SITE } from './addresses.ts'

/** What whoever meets a problem does next. */
const ADVICE: Record<ApiProblem, string> = {
  'invalid-request': 'Read `detail`: it says which part of the address, the query or the body is wrong.',
  'validation-failed':
    'Each entry of `errors` points to a field of the body (RFC 6901) and says what is wrong with it.',
  unauthenticated: 'Get an access token for this API as its protected resource metadata says, or sign in.',
  'sign-in-too-old': 'Sign in again, and repeat the request. For access tokens: authorize again with prompt=login.',
  forbidden: 'Read `detail`: your role, or the kind of access token, is not enough. Somebody else can do it.',
  'cross-origin': 'Send the Origin header of this service with a session, or use an access token.',
  'insufficient-scope': 'Authorize again for the scope that `detail` and `WWW-Authenticate` name.',
  'not-found': 'Check the address. What belongs to an organization of others does not exist for you.',
  'method-not-allowed': 'The header `Allow` lists the methods of this address.',
  'precondition-failed': 'Read it again, put your change into what it is now, and send the new version in If-Match.',
  'idempotency-key-reused': 'Use a new Idempotency-Key for a new request.',
  conflict: 'Read `detail`: it says what stands in the way.',
  'too-many-requests': 'Wait as many seconds as Retry-After says.',
  'too-large': 'Send less than 64 KiB.',
  'unsupported-media-type': 'Send JSON, with Content-Type: application/json.',
  unavailable: 'Send the same request again, after as many seconds as Retry-After says.',
  unexpected: 'This is a defect of ours. Tell the operators the `request_id`.',
}

export function problemPage(c: PageContext, type: ApiProblem) {
  const { status, title } = API_PROBLEMS[type]
  return htmlPage(
    c,
    <Layout title={title}>
      <h1>{title}</h1>
      <p>
        <code>{type}</code>, status {status}
      </p>
      <p>{ADVICE[type]}</p>
      <p>
        <a href={SITE.problems}>All problem types</a> · <a href={SITE.api.docs}>The API</a>
      </p>
    </Layout>,
  )
}

export function problemsPage(c: PageContext) {
  return htmlPage(
    c,
    <Layout title="Problem types">
      <h1>Problem types</h1>
      <p>What the `type` of a problem document of the API (RFC 9457) stands for.</p>
      <dl class="facts">
        {Object.entries(API_PROBLEMS).map(([type, { status, title }]) => (
          <>
            <dt>
              <a href={pathTo(SITE.problem, type)}>{type}</a>
            </dt>
            <dd>
              {status}: {title}
            </dd>
          </>
        ))}
      </dl>
    </Layout>,
  )
}
