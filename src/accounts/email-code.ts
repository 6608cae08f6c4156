import type { Bindings, Config } from '../env.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { hmacSha256, sha256 } from '../lib/encoding.ts'
import { oneTimeObject } from '../lib/one-time.ts'
import type { ChallengeOutcome } from '../lib/one-time-object.ts'
import { randomBase64Url, randomDigits } from '../lib/random.ts'
import { callStore } from '../lib/storage.ts'

const CODE_DIGITS = 8
export const CODE_TTL_SECONDS = 600
/** Of each code: whoever asks for more codes gets more tries, and mails are limited. */
const TRIES = 5
/** Somebody clicked twice, or went back and sent the form again: that is the same request. */
export const REPEAT_SECONDS = 30
/** Zeros of the digits that keyboards type and NFKC leaves alone: Arabic, Persian, Devanagari, Bengali, Thai. */
const FOREIGN_ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50]

/** Who asks: an address, and the secret in the cookie of the browser that asked. */
export interface SignInAttempt {
  email: string
  browserSecret: string
}

/** As it was typed or pasted on any keyboard, with blanks and dashes; undefined when it cannot be a code. */
export function parseEmailCode(text: string): string | undefined {
  const digits = text
    .normalize('NFKC')
    .replaceAll(/[\s\p{Pd}\p{Cf}]/gu, '')
    .replaceAll(/\p{Nd}/gu, toAsciiDigit)
  return digits.length === CODE_DIGITS && /^[0-9]+$/.test(digits) ? digits : undefined
}

function toAsciiDigit(digit: string): string {
  const code = digit.codePointAt(0)!
  const zero = FOREIGN_ZEROS.find((first) => code >= first && code <= first + 9)
  return zero === undefined ? digit : String(code - zero)
}

/** Names the attempt in addresses. Only whoever knows the browser's secret can make it, or use it. */
export function attemptId({ email, browserSecret }: SignInAttempt): Promise<string> {
  return sha256(`email code\n${email}\n${browserSecret}`)
}

/**
 * A new code for an address and a browser, which ends the former one of the two; those of other browsers wait on.
 * Undefined: one was made a moment ago, and the mail with it is on its way.
 */
export async function issueEmailCode(
  env: Bindings,
  config: Config,
  attempt: SignInAttempt,
  now: EpochSeconds,
): Promise<string | undefined> {
  const emailCode = randomDigits(CODE_DIGITS)
  const [key, answer] = await Promise.all([attemptId(attempt), hashCode(config, attempt, emailCode)])
  const about = { value: attempt.email, nonce: randomBase64Url(32) }
  const challenge = { answer, ...about, tries: TRIES, expiresAt: now + CODE_TTL_SECONDS }
  const issued = await callStore('OneTime', async () =>
    (await oneTimeObject(env, key)).challenge(key, challenge, REPEAT_SECONDS, now),
  )
  return issued ? emailCode : undefined
}

/** Right at most once, and only from the browser that asked; a repeat of that is answered like the first. */
export async function redeemEmailCode(
  env: Bindings,
  config: Config,
  attempt: SignInAttempt,
  emailCode: string,
  now: EpochSeconds,
): Promise<ChallengeOutcome> {
  const [key, answer] = await Promise.all([attemptId(attempt), hashCode(config, attempt, emailCode)])
  return callStore('OneTime', async () => (await oneTimeObject(env, key)).answer(key, answer, REPEAT_SECONDS, now))
}

/** The address that an attempt of this browser waits for a code of, and since when. */
export async function findWaitingCode(
  env: Bindings,
  { id, browserSecret }: { id: string; browserSecret: string },
  now: EpochSeconds,
): Promise<{ email: string; askedAt: EpochSeconds } | undefined> {
  const waiting = await callStore('OneTime', async () => (await oneTimeObject(env, id)).peekChallenge(id, now))
  if (!waiting || (await attemptId({ email: waiting.value, browserSecret })) !== id) return undefined
  return { email: waiting.value, askedAt: waiting.askedAt }
}

/** Eight digits are guessed from a plain hash in no time; the HMAC's key is not where the codes are. */
function hashCode({ emailCodeSecret }: Config, { email }: SignInAttempt, emailCode: string): Promise<string> {
  return hmacSha256(emailCodeSecret, `${email}\n${emailCode}`)
}
