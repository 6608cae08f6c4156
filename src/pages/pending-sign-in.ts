import { parseEmailAddress } from '../accounts/email-address.ts'
import type { SignInAttempt } from '../accounts/email-code.ts'
import { hostCookie, readCookie } from '../lib/cookies.ts'
import { fromBase64Url, toBase64Url, utf8 } from '../lib/encoding.ts'

const COOKIE = '__Host-postern-sign-in'

/**
 * A sign-in that waits for its code. The cookie binds the code to the browser that asked for it. Where to go afterwards
 * is not in it: an authorization request may be longer than the 4096 bytes that browsers keep.
 */
export function writePending({ email, browserSecret }: SignInAttempt, ttlSeconds: number): string {
  return hostCookie(COOKIE, `${browserSecret}.${toBase64Url(utf8(email))}`, ttlSeconds)
}

export function clearPending(): string {
  return hostCookie(COOKIE, '', 0)
}

/** Whoever changes the cookie only changes which code would be right. */
export function readPending(request: Request): SignInAttempt | undefined {
  const [browserSecret, encodedEmail] = readCookie(request, COOKIE)?.split('.') ?? []
  if (!browserSecret || !encodedEmail || !/^[\w-]+$/.test(encodedEmail) || encodedEmail.length % 4 === 1) {
    return undefined
  }
  const email = parseEmailAddress(new TextDecoder().decode(fromBase64Url(encodedEmail)))
  return email ? { email, browserSecret } : undefined
}
