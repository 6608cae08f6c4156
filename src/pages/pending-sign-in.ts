import { hostCookie, readCookie } from '../lib/cookies.ts'
import { fromBase64Url, toBase64Url, utf8 } from '../lib/encoding.ts'

/** A sign-in that waits for its code. The cookie binds the code to the browser that asked for it. */
export interface PendingSignIn {
  email: string
  browserSecret: string
  returnTo: string | undefined
}

const COOKIE = '__Host-postern-sign-in'

export function writePending(pending: PendingSignIn, ttlSeconds: number): string {
  return hostCookie(COOKIE, toBase64Url(utf8(JSON.stringify(pending))), ttlSeconds)
}

export function clearPending(): string {
  return hostCookie(COOKIE, '', 0)
}

/** Whoever changes the cookie only changes which code would be right; `returnTo` is checked again when it is used. */
export function readPending(request: Request): PendingSignIn | undefined {
  const value = readCookie(request, COOKIE)
  if (!value) return undefined
  try {
    return toPending(JSON.parse(new TextDecoder().decode(fromBase64Url(value))))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof DOMException) return undefined
    throw error
  }
}

function toPending(value: Partial<PendingSignIn> | null): PendingSignIn | undefined {
  const { email, browserSecret, returnTo } = value ?? {}
  if (typeof email !== 'string' || typeof browserSecret !== 'string') return undefined
  return { email, browserSecret, returnTo: typeof returnTo === 'string' ? returnTo : undefined }
}
