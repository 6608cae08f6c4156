import { type Context, Hono } from 'hono'
import { parseEmailAddress } from '../accounts/email-address.ts'
import { CODE_TTL_SECONDS, issueEmailCode, parseEmailCode, redeemEmailCode } from '../accounts/email-code.ts'
import { getMailer } from '../accounts/mail.ts'
import { findSession } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { randomBase64Url } from '../lib/random.ts'
import { requestId } from '../lib/request-id.ts'
import { checkOrigin } from './check-form.ts'
import { codeMail } from './code-mail.ts'
import { htmlPage } from './html-page.tsx'
import { clearPending, readPending, writePending } from './pending-sign-in.ts'
import { readFields } from './read-fields.ts'
import { safeReturnTo, signInPath } from './return-to.ts'
import { CodeForm, EmailForm } from './sign-in.tsx'
import { codeProblem, PROBLEMS } from './sign-in-problems.ts'
import { startSession } from './start-session.ts'

const AFTER_SIGN_IN = '/account'

export const signInRoutes = new Hono<AppEnv>()

signInRoutes.get('/sign-in', async (c) => {
  const returnTo = safeReturnTo(c.req.query('return_to'), c.get('config').issuer)
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  if (session && !c.req.query('switch')) return c.redirect(returnTo ?? AFTER_SIGN_IN, 303)
  return htmlPage(c, <EmailForm returnTo={returnTo} />)
})

/** The same answer whether or not the address has an account: none is looked up before the code is right. */
signInRoutes.post('/sign-in', async (c) => {
  const { fields, returnTo } = await readForm(c)
  const typed = fields.get('email') ?? ''
  const email = parseEmailAddress(typed)
  if (!email) return htmlPage(c, <EmailForm returnTo={returnTo} email={typed} problem={PROBLEMS.noAddress} />, 422)
  const browserSecret = randomBase64Url(32)
  if (!(await sendCode(c, { email, browserSecret }))) return refuseAnotherCode(c, email, returnTo)
  c.header('Set-Cookie', writePending({ email, browserSecret }, CODE_TTL_SECONDS))
  return c.redirect(signInPath('/sign-in/code', { returnTo }), 303)
})

signInRoutes.get('/sign-in/code', async (c) => {
  const returnTo = safeReturnTo(c.req.query('return_to'), c.get('config').issuer)
  const pending = readPending(c.req.raw)
  if (!pending) return c.redirect(signInPath('/sign-in', { returnTo }), 303)
  return htmlPage(c, <CodeForm email={pending.email} returnTo={returnTo} />)
})

signInRoutes.post('/sign-in/code', async (c) => {
  const { fields, returnTo } = await readForm(c)
  const pending = readPending(c.req.raw)
  if (!pending) return htmlPage(c, <EmailForm returnTo={returnTo} problem={PROBLEMS.startedElsewhere} />, 400)
  const { email } = pending
  const emailCode = parseEmailCode(fields.get('code') ?? '')
  if (!emailCode) return htmlPage(c, <CodeForm email={email} returnTo={returnTo} problem={PROBLEMS.noCode} />, 422)
  const outcome = await redeemEmailCode(c.env, c.get('config'), pending, emailCode, currentTime())
  if (outcome.kind !== 'right') {
    const status = outcome.kind === 'quota' ? 429 : 422
    return htmlPage(c, <CodeForm email={email} returnTo={returnTo} problem={codeProblem(outcome)} />, status)
  }
  c.header('Set-Cookie', await startSession(c, email))
  c.header('Set-Cookie', clearPending(), { append: true })
  return c.redirect(returnTo ?? AFTER_SIGN_IN, 303)
})

async function readForm(c: Context<AppEnv>): Promise<{ fields: URLSearchParams; returnTo: string | undefined }> {
  checkOrigin(c)
  const fields = await readFields(c.req.raw)
  return { fields, returnTo: safeReturnTo(fields.get('return_to'), c.get('config').issuer) }
}

/** The code that this browser asked for last is still good, so it may be entered. */
function refuseAnotherCode(c: Context<AppEnv>, email: string, returnTo: string | undefined): Promise<Response> {
  const waiting = readPending(c.req.raw)?.email === email
  const page = waiting ? (
    <CodeForm email={email} returnTo={returnTo} problem={PROBLEMS.noMoreCodes} />
  ) : (
    <EmailForm email={email} returnTo={returnTo} problem={PROBLEMS.tooManyCodes} />
  )
  return htmlPage(c, page, 429)
}

async function sendCode(c: Context<AppEnv>, attempt: { email: string; browserSecret: string }): Promise<boolean> {
  const config = c.get('config')
  const post = getMailer({ env: c.env, config, waitUntil: (work) => c.executionCtx.waitUntil(work) })
  const emailCode = await issueEmailCode(c.env, config, attempt, currentTime())
  if (!emailCode) return false
  await post(`${requestId(c.req.raw)} a sign-in mail`, [codeMail(c.req.raw, attempt.email, emailCode, config.issuer)])
  return true
}
