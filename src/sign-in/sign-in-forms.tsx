import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { checkFormBeforeSignIn, originOf } from '../accounts/check-form.ts'
import { safeReturnTo } from '../accounts/return-to.ts'
import type { AppEnv } from '../env.ts'
import { htmlPage } from '../ui/html-page.tsx'
import { readFields } from '../ui/read-fields.ts'
import {
  newSignInBrowser,
  readSignInBrowser,
  type SignInBrowser,
  signInFormToken,
  writeSignInBrowser,
} from './sign-in-browser.ts'
import { CodeForm, EmailForm } from './sign-in-page.tsx'

const AFTER_SIGN_IN = '/account'

export function pathAfterSignIn(returnTo: string | undefined): string {
  return returnTo ?? AFTER_SIGN_IN
}

interface SignInForm {
  fields: URLSearchParams
  returnTo: string | undefined
  browser: SignInBrowser | undefined
  /** Our page set a cookie just before, and the browser does not have it. */
  cookieLost: boolean
}

/** One of the forms before there is a session, from our own page. */
export async function readSignInForm(c: Context<AppEnv>): Promise<SignInForm> {
  const fields = await readFields(c.req.raw)
  const browser = readSignInBrowser(c.req.raw, c.get('config'))
  const formToken = fields.get('form_token')
  const cookieLost = !browser && formToken !== null && originOf(c) !== 'foreign'
  if (!cookieLost) checkFormBeforeSignIn(c, formToken, browser && (await signInFormToken(browser)))
  return { fields, returnTo: safeReturnTo(fields.get('return_to'), c.get('config').issuer), browser, cookieLost }
}

interface EmailView {
  returnTo: string | undefined
  email?: string
  problem?: string
}

/** With the cookie that binds the form, and the code after it, to this browser. */
export async function showEmailForm(c: Context<AppEnv>, view: EmailView, status?: ContentfulStatusCode) {
  const browser = readSignInBrowser(c.req.raw, c.get('config')) ?? newSignInBrowser()
  c.header('Set-Cookie', writeSignInBrowser(browser, c.get('config')))
  return htmlPage(c, <EmailForm {...view} formToken={await signInFormToken(browser)} />, status)
}

interface CodeView {
  browser: SignInBrowser
  email: string
  returnTo: string | undefined
  problem?: string
}

export async function showCodeForm(
  c: Context<AppEnv>,
  { browser, ...view }: CodeView,
  status?: ContentfulStatusCode,
): Promise<Response> {
  return htmlPage(c, <CodeForm {...view} formToken={await signInFormToken(browser)} />, status)
}
