import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import * as oauth from 'oauth4webapi'
import { demoApi } from './api.ts'
import { DemoIntegration, VisitLost } from './integration.ts'
import { DEMO_CALLBACK_PATH } from './registration.ts'
import { Demo } from './view.tsx'
import { findVisit, startVisit, type Visit } from './visits.ts'

interface DemoOptions {
  issuer: string
  /** Of the demo's API, sealed by the issuer. */
  introspectionSecret: string
  /** Address of the stylesheet that the pages share. */
  stylesheet: string
  /** Headers that every page for people carries. */
  pageHeaders: Readonly<Record<string, string>>
}

/** No `__Host-` and not `Secure`: the demo is on loopback http, where Safari refuses both. */
const COOKIE = 'postern-demo'
const NO_VISIT =
  'Your browser did not send the cookie of this visit: it does not keep cookies of this site, or the server was ' +
  'restarted meanwhile. Allow cookies for this site, then connect again.'
const API_PATHS = new Set(['/profile', '/projects'])

/** The integration under /demo and the API that it calls. Mounted in development only. */
export function demoRoutes({ issuer, introspectionSecret, stylesheet, pageHeaders }: DemoOptions): Hono {
  const demo = new Hono()
  const integration = new DemoIntegration(issuer)
  const visitOf = (c: Context) => findVisit(getCookie(c, COOKIE))

  demo.get('/demo', (c) => c.html(<Demo visit={visitOf(c)} stylesheet={stylesheet} />, 200, pageHeaders))

  demo.post('/demo/connect', async (c) => {
    const visit = startVisit(oauth.generateRandomState())
    setCookie(c, COOKIE, visit.id, { path: '/', httpOnly: true, sameSite: 'Lax' })
    return c.redirect(await integration.begin(visit), 303)
  })

  const step = async (c: Context, work: (visit: Visit) => Promise<void>): Promise<Response> => {
    const visit = visitOf(c)
    if (visit) return takeStep(c, visit, work)
    return c.html(<Demo visit={undefined} stylesheet={stylesheet} problem={NO_VISIT} />, 400, pageHeaders)
  }

  demo.get(DEMO_CALLBACK_PATH, refuseRehearsal, (c) =>
    step(c, (visit) => integration.finish(visit, new URL(c.req.url))),
  )

  demo.post('/demo/call', (c) =>
    step(c, async (visit) => {
      const path = c.req.query('path') ?? ''
      if (API_PATHS.has(path)) await integration.callApi(visit, path, c.req.query('method') === 'POST' ? 'POST' : 'GET')
    }),
  )
  demo.post('/demo/refresh', (c) => step(c, (visit) => integration.refresh(visit)))
  demo.post('/demo/revoke', (c) => step(c, (visit) => integration.revoke(visit)))

  return demo.route('/', demoApi(issuer, introspectionSecret))
}

/** A code counts once: whoever only asks what would come must not spend it. */
const refuseRehearsal: MiddlewareHandler = async (c, next) => {
  if (c.req.method !== 'HEAD' && !c.req.header('Sec-Purpose')?.includes('prefetch')) return next()
  return c.body(null, 503, { 'Cache-Control': 'no-store' })
}

/** Does one step and shows the page again; what the server refused is said there, with its way out. */
async function takeStep(c: Context, visit: Visit, work: (visit: Visit) => Promise<void>): Promise<Response> {
  try {
    await work(visit)
  } catch (error) {
    const problem = describeProblem(error)
    if (!problem) throw error
    const last = visit.steps.at(-1)
    if (last) last.problem = problem
  }
  return c.redirect('/demo', 303)
}

function describeProblem(error: unknown): string | undefined {
  if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied') {
    return 'The person refused. Nothing was granted; connect again to ask once more.'
  }
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return `${error.error}: ${error.error_description ?? 'no description'} Connect again for a new grant.`
  }
  if (error instanceof oauth.OperationProcessingError)
    return `The answer was not accepted: ${error.message}. Connect again.`
  return error instanceof VisitLost ? 'The server was restarted meanwhile. Connect again.' : undefined
}
