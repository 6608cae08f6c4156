import type { Context, Next } from 'hono'
import { PageError } from '../../errors.ts'
import { answerOnce } from '../../lib/answer-once.ts'
import type { PageEnv } from './api-env.ts'

/** Long enough for a second click, a reload and a lost answer; a secret that was shown is not shown for longer. */
const KEPT_SECONDS = 600

/**
 * Answers a form that came with `once` like the first submit of the same page: nobody is told that what they made "is
 * there already", and nobody makes it twice. A refusal is not kept: what stood in the way may be gone.
 */
export async function sentOnce(c: Context<PageEnv>, next: Next): Promise<Response | undefined> {
  const fields = c.get('fields')
  const token = fields?.get('once')
  if (!token) {
    await next()
    return undefined
  }
  return answerFormOnce(c, { fields, session: c.get('caller').session.idHash }, async () => {
    await next()
    return c.res
  })
}

/** The same for any work, and for a session that may have ended since: whoever knows its secret is who sent the form. */
export async function answerFormOnce(
  c: Context<PageEnv>,
  { fields, session }: { fields: URLSearchParams; session: string },
  work: () => Promise<Response>,
): Promise<Response> {
  const sent = {
    token: fields.get('once') ?? '',
    session,
    content: `${c.req.path}\n${fields}`,
    keepSeconds: KEPT_SECONDS,
    settles: (answer: Response) => answer.status < 400 && !leadsToSignIn(answer),
  }
  const surroundings = { env: c.env, waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work) }
  const answer = await answerOnce(surroundings, sent, work)
  if (answer) return answer
  throw new PageError(
    409,
    'This form was sent before.',
    'What it was sent for is done, so it was not done again. To do it once more, go back and reload the page first.',
  )
}

/** That only puts the act off. */
function leadsToSignIn(answer: Response): boolean {
  return answer.headers.get('Location')?.startsWith('/sign-in') ?? false
}
