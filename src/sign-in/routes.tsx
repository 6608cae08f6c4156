import { type Context, Hono } from 'hono'
import {
  attemptId,
  findWaitingCode,
  issueEmailCode,
  parseEmailCode,
  REPEAT_SECONDS,
  redeemEmailCode,
  type SignInAttempt,
} from '../accounts/email-code.ts'
import { getMailer } from '../accounts/mail.ts'
import { allowCode } from '../accounts/mail-limits.ts'
import { safeReturnTo, signInPath } from '../accounts/return-to.ts'
import { findSession } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { parseEmailAddress } from '../lib/email-address.ts'
import { requestId } from '../lib/request-id.ts'
import { codeMail } from './code-mail.ts'
import { newSignInBrowser, readSignInBrowser, writeSignInBrowser } from './sign-in-browser.ts'
import { pathAfterSignIn, readSignInForm, showCodeForm, showEmailForm } from './sign-in-forms.tsx'
import { codeProblem, PROBLEMS, tooManyCodes } from './sign-in-problems.ts'
import { startSession } from './start-session.ts'

export const signInRoutes = new Hono<AppEnv>()

signInRoutes.get('/sign-in', async (c) => {
  const returnTo = safeReturnTo(c.req.query('return_to'), c.get('config').issuer)
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  if (session && !c.req.query('switch')) return c.redirect(pathAfterSignIn(returnTo), 303)
  const confirm = session !== undefined && c.req.query('confirm') !== undefined
  return showEmailForm(c, { returnTo, ...(confirm && { email: session.email, confirm }) })
})

/** The same answer whether or not the address has an account: none is looked up before the code is right. */
signInRoutes.post('/sign-in', async (c) => {
  const { fields, returnTo, browser: known, cookieLost } = await readSignInForm(c)
  const typed = fields.get('email') ?? ''
  if (cookieLost) return showEmailForm(c, { returnTo, email: typed, problem: PROBLEMS.noCookie }, 400)
  const email = parseEmailAddress(typed)
  if (!email) return showEmailForm(c, { returnTo, email: typed, problem: PROBLEMS.noAddress }, 422)
  const browser = known ?? newSignInBrowser()
  const attempt = { email, browserSecret: browser.browserSecret }
  const retryAfterSeconds = await sendCode(c, attempt)
  if (retryAfterSeconds > 0) return refuseAnotherCode(c, attempt, returnTo, retryAfterSeconds)
  c.header('Set-Cookie', writeSignInBrowser({ ...browser, newestEmail: email }, c.get('config')))
  return c.redirect(signInPath('/sign-in/code', { returnTo, attempt: await attemptId(attempt) }), 303)
})

/** Of the attempt that the address names, and otherwise of the newest one of this browser. */
signInRoutes.get('/sign-in/code', async (c) => {
  const returnTo = safeReturnTo(c.req.query('return_to'), c.get('config').issuer)
  const browser = readSignInBrowser(c.req.raw, c.get('config'))
  const waiting = browser && (await findWaiting(c, browser))
  if (browser && waiting) return showCodeForm(c, { browser, email: waiting, returnTo })
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  if (session) return c.redirect(pathAfterSignIn(returnTo), 303)
  return showEmailForm(c, { returnTo, problem: browser ? PROBLEMS.codeGone : PROBLEMS.noCookie }, 400)
})

signInRoutes.post('/sign-in/code', async (c) => {
  const { fields, returnTo, browser } = await readSignInForm(c)
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  const email = parseEmailAddress(fields.get('email') ?? '') ?? browser?.newestEmail
  if (!browser || !email) {
    if (session && (!email || email === session.email)) return c.redirect(pathAfterSignIn(returnTo), 303)
    return showEmailForm(c, { returnTo, problem: browser ? PROBLEMS.codeGone : PROBLEMS.noCookie }, 400)
  }
  const emailCode = parseEmailCode(fields.get('code') ?? '')
  if (!emailCode) return showCodeForm(c, { browser, email, returnTo, problem: PROBLEMS.noCode }, 422)
  const attempt = { email, browserSecret: browser.browserSecret }
  const outcome = await redeemEmailCode(c.env, c.get('config'), attempt, emailCode, currentTime())
  if (outcome.kind === 'right') {
    await startSession(c, attempt, outcome.nonce)
    return c.redirect(pathAfterSignIn(returnTo), 303)
  }
  // Another tab of this browser was faster: whoever is signed in as this address need not prove it again.
  if (outcome.kind === 'unknown' && session?.email === email) return c.redirect(pathAfterSignIn(returnTo), 303)
  return showCodeForm(c, { browser, email, returnTo, problem: codeProblem(outcome) }, 422)
})

async function findWaiting(
  c: Context<AppEnv>,
  { browserSecret, newestEmail }: { browserSecret: string; newestEmail: string | undefined },
): Promise<string | undefined> {
  const id = c.req.query('for') ?? (newestEmail && (await attemptId({ email: newestEmail, browserSecret })))
  if (!id) return undefined
  return (await findWaitingCode(c.env, { id, browserSecret }, currentTime()))?.email
}

/** A code that this browser asked for before is still good, so it may be entered. */
async function refuseAnotherCode(
  c: Context<AppEnv>,
  attempt: SignInAttempt,
  returnTo: string | undefined,
  retryAfterSeconds: number,
): Promise<Response> {
  const { email, browserSecret } = attempt
  c.header('Retry-After', String(retryAfterSeconds))
  const id = await attemptId(attempt)
  const waiting = await findWaitingCode(c.env, { id, browserSecret }, currentTime())
  const problem = tooManyCodes(retryAfterSeconds, waiting !== undefined)
  if (!waiting) return showEmailForm(c, { returnTo, email, problem }, 429)
  return showCodeForm(c, { browser: { browserSecret, newestEmail: email }, email, returnTo, problem }, 429)
}

/** 0: the code is on its way, or was a moment ago. Otherwise the seconds until another one may be asked for. */
async function sendCode(c: Context<AppEnv>, attempt: SignInAttempt): Promise<number> {
  const config = c.get('config')
  const now = currentTime()
  const post = getMailer({ env: c.env, config, waitUntil: (work) => c.executionCtx.waitUntil(work) })
  if (await wasJustSent(c, attempt)) return 0
  const allowance = await allowCode({ env: c.env, config, request: c.req.raw }, attempt.email, now)
  if (!allowance.ok) return (await wasJustSent(c, attempt)) ? 0 : allowance.retryAfterSeconds
  const emailCode = await issueEmailCode(c.env, config, attempt, now)
  if (!emailCode) return 0
  await post(`${requestId(c.req.raw)} a sign-in mail`, [codeMail(c.req.raw, allowance.to, emailCode, config.issuer)])
  return 0
}

/** Somebody clicked twice: the second click is answered like the first. */
async function wasJustSent(c: Context<AppEnv>, attempt: SignInAttempt): Promise<boolean> {
  const id = await attemptId(attempt)
  const now = currentTime()
  const waiting = await findWaitingCode(c.env, { id, browserSecret: attempt.browserSecret }, now)
  return waiting !== undefined && waiting.askedAt > now - REPEAT_SECONDS
}
