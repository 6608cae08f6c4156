import type { Context } from 'hono'
import { ApiError } from '../../errors.ts'
import { type FieldProblems, problemsOf } from './form-problems.ts'

interface Form<Result> {
  /** What the form is for. It throws what it refuses. */
  act: () => Promise<Result>
  /** Where it leads then, or what is shown. */
  done: string | ((result: Result) => string | Response | Promise<Response>)
  /** The page with the form, with the values as they were typed and what is wrong with them. */
  refused: (problems: FieldProblems) => Response | Promise<Response>
}

/** A form that was sent: it acts and leads on, or is shown again with what was wrong. */
export async function submit<Result>(
  c: Pick<Context, 'redirect'>,
  { act, done, refused }: Form<Result>,
): Promise<Response> {
  let result: Result
  try {
    result = await act()
  } catch (error) {
    return withLimit(await refused(problemsOf(error)), error)
  }
  const next = typeof done === 'string' ? done : await done(result)
  return typeof next === 'string' ? c.redirect(next, 303) : next
}

/** What came too often is answered with its status, and when to come back. */
function withLimit(page: Response, error: unknown): Response {
  if (!(error instanceof ApiError) || error.problem !== 'too-many-requests') return page
  const headers = new Headers(page.headers)
  for (const [name, value] of Object.entries(error.headers)) headers.set(name, value)
  return new Response(page.body, { status: error.status, headers })
}
