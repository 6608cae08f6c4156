import type { Bindings, Config } from '../env.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { hmacSha256, sha256 } from '../lib/encoding.ts'
import { oneTimeObject } from '../lib/one-time.ts'
import type { ChallengeOutcome } from '../lib/one-time-object.ts'
import { randomDigits } from '../lib/random.ts'
import { reach } from '../lib/storage.ts'

const CODE_DIGITS = 8
export const CODE_TTL_SECONDS = 600
const HOUR_SECONDS = 3600
/** Per address, counted whether or not it has an account. */
const CODES_PER_HOUR = { limit: 5, windowSeconds: HOUR_SECONDS }
const WRONG_TRIES_PER_HOUR = { limit: 10, windowSeconds: HOUR_SECONDS }

/** Who asks: an address, and the secret in the cookie of the browser that asked. */
export interface SignInAttempt {
  email: string
  browserSecret: string
}

/** As it was typed or pasted, with blanks and hyphens; undefined when it cannot be a code. */
export function parseEmailCode(text: string): string | undefined {
  const digits = text.replace(/[\s-]/g, '')
  return digits.length === CODE_DIGITS && /^\d+$/.test(digits) ? digits : undefined
}

/** A new code for an address, which ends the old one; undefined when too many were asked for. */
export async function issueEmailCode(
  env: Bindings,
  config: Config,
  attempt: SignInAttempt,
  now: EpochSeconds,
): Promise<string | undefined> {
  const emailCode = randomDigits(CODE_DIGITS)
  const [key, given] = await Promise.all([challengeKey(attempt), challengeFor(config, attempt, emailCode)])
  const challenge = { ...given, expiresAt: now + CODE_TTL_SECONDS }
  const issued = await reach('OneTime', async () =>
    (await oneTimeObject(env, key)).challenge(key, challenge, CODES_PER_HOUR, now),
  )
  return issued ? emailCode : undefined
}

/** Right at most once, and only from the browser that asked. */
export async function redeemEmailCode(
  env: Bindings,
  config: Config,
  attempt: SignInAttempt,
  emailCode: string,
  now: EpochSeconds,
): Promise<ChallengeOutcome> {
  const [key, given] = await Promise.all([challengeKey(attempt), challengeFor(config, attempt, emailCode)])
  return reach('OneTime', async () => (await oneTimeObject(env, key)).answer(key, given, WRONG_TRIES_PER_HOUR, now))
}

async function challengeKey({ email }: SignInAttempt): Promise<string> {
  return `email-code:${await sha256(email)}`
}

/** Eight digits are guessed from a plain hash in no time; the HMAC's key is not where the codes are. */
async function challengeFor({ emailCodeSecret }: Config, { email, browserSecret }: SignInAttempt, emailCode: string) {
  const [answer, binding] = await Promise.all([
    hmacSha256(emailCodeSecret, `${email}\n${emailCode}`),
    sha256(browserSecret),
  ])
  return { answer, binding }
}
