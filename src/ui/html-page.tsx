import type { Context } from 'hono'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from '../env.ts'
import { SurroundingsContext, surroundingsOf } from './surroundings.ts'

/**
 * No `form-action`: browsers apply it to the redirects that follow a form as well, and those of sign-in and
 * consent end at an app (docs/decisions/002-no-form-action.md). Nothing foreign is rendered into a form.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "script-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** On every page for people: never framed, never cached, no script that is not ours, no address passed on. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
} as const

/** Any context of ours, whatever else it knows. */
export type PageContext = Pick<Context<AppEnv>, 'html' | 'req'>

/** Every page for people goes out through here. */
export async function htmlPage(
  c: PageContext,
  page: HtmlEscapedString | Promise<HtmlEscapedString>,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const surrounded = (
    <SurroundingsContext.Provider value={surroundingsOf(c.req.raw)}>{page}</SurroundingsContext.Provider>
  )
  return c.html(surrounded, status, PAGE_HEADERS)
}
