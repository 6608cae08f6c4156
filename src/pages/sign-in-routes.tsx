import { type Context, Hono } from 'hono'
import { parseEmailAddress } from '../accounts/email-address.ts'
import { CODE_TTL_SECONDS, issueEmailCode, redeemEmailCode, type SignInAttempt } from '../accounts/email-code.ts'
import { sendMail } from '../accounts/mail.ts'
import { findSession } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { PageError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import { randomBase64Url } from '../lib/random.ts'
import { checkOrigin } from './check-form.ts'
import { codeMail } from './code-mail.ts'
import { htmlPage } from './html-page.tsx'
import { clearPending, type PendingSignIn, readPending, writePending } from './pending-sign-in.ts'
import { readFields } from './read-fields.ts'
import { safeReturnTo } from './return-to.ts'
import { CodeForm, EmailForm } from './sign-in.tsx'
import { startSession } from './start-session.ts'

const AFTER_SIGN_IN = '/account'

export const signInRoutes = new Hono<AppEnv>()

signInRoutes.get('/sign-in', async (c) => {
  const returnTo = safeReturnTo(c.req.query('return_to'), c.get('config').issuer)
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  if (session && !c.req.query('switch')) return c.redirect(returnTo ?? AFTER_SIGN_IN, 303)
  return htmlPage(c, <EmailForm returnTo={returnTo} />)
})

signInRoutes.post('/sign-in', async (c) => {
  checkOrigin(c)
  const fields = await readFields(c.req.raw)
  const returnTo = safeReturnTo(fields.get('return_to'), c.get('config').issuer)
  const typed = fields.get('email') ?? ''
  const email = parseEmailAddress(typed)
  if (!email) {
    return htmlPage(
      c,
      <EmailForm returnTo={returnTo} email={typed} problem="Enter an e-mail address like name@example.com." />,
      422,
    )
  }
  const pending = { email, returnTo, browserSecret: randomBase64Url(32) }
  if (!(await sendCode(c, pending))) {
    const problem = 'Too many codes were asked for this address. Wait an hour, or use the last code that arrived.'
    return htmlPage(c, <EmailForm returnTo={returnTo} email={email} problem={problem} />, 429)
  }
  c.header('Set-Cookie', writePending(pending, CODE_TTL_SECONDS))
  return c.redirect('/sign-in/code', 303)
})

signInRoutes.get('/sign-in/code', async (c) => {
  const pending = readPending(c.req.raw)
  return pending ? htmlPage(c, <CodeForm {...pending} />) : c.redirect('/sign-in', 303)
})

signInRoutes.post('/sign-in/code', async (c) => {
  checkOrigin(c)
  const fields = await readFields(c.req.raw)
  const pending = readPending(c.req.raw)
  if (!pending) throw new PageError(400, 'This sign-in was not started in this browser.', 'Start again at /sign-in.')
  const emailCode = (fields.get('code') ?? '').replace(/[\s-]/g, '')
  const outcome = await redeemEmailCode(c.env, c.get('config'), pending, emailCode, currentTime())
  if (outcome !== 'right') return refuseCode(c, pending, outcome)
  const cookie = await startSession(c, pending.email)
  c.header('Set-Cookie', cookie)
  c.header('Set-Cookie', clearPending(), { append: true })
  return c.redirect(safeReturnTo(pending.returnTo, c.get('config').issuer) ?? AFTER_SIGN_IN, 303)
})

const REFUSALS = {
  wrong: { status: 422, problem: 'That is not the code of the newest mail. Look again, or ask for a new one.' },
  unknown: {
    status: 422,
    problem: 'This code has expired, was used, or was replaced by a newer one. Ask for a new code.',
  },
  quota: { status: 429, problem: 'Too many wrong tries for this address. Wait an hour, then ask for a new code.' },
} as const

function refuseCode(c: Context<AppEnv>, pending: PendingSignIn, outcome: keyof typeof REFUSALS): Promise<Response> {
  const { status, problem } = REFUSALS[outcome]
  return htmlPage(c, <CodeForm {...pending} problem={problem} />, status)
}

/** The mail leaves after the answer, so that its time tells nothing; the development outbox is filled at once. */
async function sendCode(c: Context<AppEnv>, attempt: SignInAttempt): Promise<boolean> {
  const config = c.get('config')
  const emailCode = await issueEmailCode(c.env, config, attempt, currentTime())
  if (!emailCode) return false
  const sending = sendMail(c.env, config, codeMail(c.req.raw, attempt.email, emailCode, config.issuer))
  if (config.development) await sending
  else c.executionCtx.waitUntil(sending)
  return true
}
