import type { ChallengeOutcome } from '../lib/one-time-object.ts'

/** What may be wrong on the way in, and what to do next. */
export const PROBLEMS = {
  noAddress: 'Enter an e-mail address like name@example.com.',
  noCode: 'Enter the eight digits of the code that we sent.',
  startedElsewhere: 'This sign-in took longer than ten minutes, or began in another browser. Ask for a new code here.',
  tooManyCodes: 'Too many codes were asked for this address. Try again in an hour.',
  noMoreCodes: 'Too many codes were asked for this address. Enter the last one, or try again in an hour.',
  tooManyTries: 'Too many wrong codes were tried for this address. Try again in an hour.',
} as const

export function codeProblem(outcome: Exclude<ChallengeOutcome, { kind: 'right' }>): string {
  if (outcome.kind === 'quota' || outcome.triesLeft === 0) return PROBLEMS.tooManyTries
  const left = outcome.triesLeft === 1 ? 'One try is left.' : `${outcome.triesLeft} tries are left.`
  return outcome.kind === 'wrong'
    ? `That is not the code of the newest mail. ${left}`
    : `This code has expired, was used, or a newer one replaced it. Ask for a new code. ${left}`
}
