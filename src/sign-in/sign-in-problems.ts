import type { ChallengeOutcome } from '../lib/one-time-object.ts'
import { inWords } from '../ui/in-words.ts'

/** What may be wrong on the way in, and what to do next. */
export const PROBLEMS = {
  noAddress: 'Enter an e-mail address like name@example.com.',
  noCode: 'Enter the eight digits of the code that we sent.',
  codeGone:
    'No code waits in this browser any more: it was used, replaced or is older than ten minutes. Ask for a new one.',
  noCookie:
    'Your browser did not send back the cookie that a sign-in begins with. It does not keep cookies of this site, or the ' +
    'page was open for more than a day, or the sign-in began in another browser. Allow cookies for this site, then ask ' +
    'for a new code here.',
} as const

export function codeProblem(outcome: Exclude<ChallengeOutcome, { kind: 'right' }>): string {
  if (outcome.kind === 'unknown') {
    return 'This code has expired, was used, or a newer one replaced it. Ask for a new code.'
  }
  if (outcome.triesLeft === 0)
    return 'Five wrong codes were tried, so this code does not work any more. Ask for a new one.'
  const left = outcome.triesLeft === 1 ? 'One try is left.' : `${outcome.triesLeft} tries are left.`
  return `That is not the code of the newest mail. ${left}`
}

/** The same for every address, whoever asked for the codes. */
export function tooManyCodes(retryAfterSeconds: number, oneWaits: boolean): string {
  const next = oneWaits ? 'Enter the last one that was sent' : 'Use a browser in which you signed in before'
  return `Too many codes were asked for. ${next}, or ask again ${inWords(retryAfterSeconds)}.`
}
