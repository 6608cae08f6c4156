import { z } from 'zod'
import { parseEmailAddress } from './email-address.ts'

export const required = (wanted: string) => (issue: { input: unknown }) =>
  issue.input === undefined ? 'This field is required.' : `This must be ${wanted}.`

/** A text whose rule is written where the word belongs. */
export function checkedText(text: z.ZodString, findProblem: (text: string) => string | undefined) {
  return text.superRefine((value, check) => {
    const problem = findProblem(value)
    if (problem) check.addIssue({ code: 'custom', message: problem })
  })
}

/** In the one spelling that we keep, from however it was typed. */
export function emailAddress(problem: string) {
  const text = z.string({ error: required('a text') }).overwrite((typed) => parseEmailAddress(typed) ?? typed)
  return checkedText(text, (address) => (parseEmailAddress(address) ? undefined : problem))
}
