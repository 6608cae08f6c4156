import type { SignInAttempt } from '../accounts/email-code.ts'
import { SIGN_IN_COOKIE } from '../accounts/sessions.ts'
import { type CookieSecurity, clearCookie, readCookie, writeCookie } from '../lib/cookies.ts'
import { parseEmailAddress } from '../lib/email-address.ts'
import { fromBase64Url, sha256, toBase64Url, utf8 } from '../lib/encoding.ts'
import { randomBase64Url } from '../lib/random.ts'

/** A sign-in page may be left open for that long. */
const TTL_SECONDS = 86_400
const SECRET = /^[\w-]{43}$/

/**
 * A browser on its way in. Its secret binds codes and forms to it, in all its tabs; the page says which address it is
 * about, and for a form that does not, it is the newest. Where to go afterwards is not in the cookie: an authorization
 * request may be longer than the 4096 bytes that browsers keep.
 */
export interface SignInBrowser {
  browserSecret: string
  newestEmail: string | undefined
}

export function newSignInBrowser(): SignInBrowser {
  return { browserSecret: randomBase64Url(32), newestEmail: undefined }
}

export function writeSignInBrowser({ browserSecret, newestEmail }: SignInBrowser, security: CookieSecurity): string {
  const value = newestEmail ? `${browserSecret}.${toBase64Url(utf8(newestEmail))}` : browserSecret
  return writeCookie({ name: SIGN_IN_COOKIE, value, maxAgeSeconds: TTL_SECONDS }, security)
}

/** Whoever changes the cookie only changes which code would be right. */
export function readSignInBrowser(request: Request, security: CookieSecurity): SignInBrowser | undefined {
  const [browserSecret = '', encodedEmail = ''] = readCookie(request, SIGN_IN_COOKIE, security)?.split('.') ?? []
  if (!SECRET.test(browserSecret)) return undefined
  const readable = /^[\w-]+$/.test(encodedEmail) && encodedEmail.length % 4 !== 1
  const email = readable ? new TextDecoder().decode(fromBase64Url(encodedEmail)) : ''
  return { browserSecret, newestEmail: parseEmailAddress(email) }
}

export function clearSignInBrowser(security: CookieSecurity): string {
  return clearCookie(SIGN_IN_COOKIE, security)
}

/** Goes into the forms before there is a session: only a page that was shown to this browser knows it. */
export function signInFormToken({ browserSecret }: Pick<SignInAttempt, 'browserSecret'>): Promise<string> {
  return sha256(`postern sign-in form\n${browserSecret}`)
}
