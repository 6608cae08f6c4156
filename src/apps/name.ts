import { z } from 'zod'
import { checkedText, required } from '../lib/texts.ts'

const MAX_LENGTH = 80
/** Controls, and what changes the look of a text without being seen: bidi overrides, zero-width, tags, lone surrogates. */
const INVISIBLE = /\p{C}|\p{Zl}|\p{Zp}|[\u115f\u1160\u2800\u3164\uffa0]|\u034f/u

/** What is wrong with a name that people will read on the consent page. It is checked as trimmed. */
export function findNameProblem(name: string): string | undefined {
  const length = [...name].length
  if (length === 0) return 'A name has at least one character.'
  if (length > MAX_LENGTH) return `A name has at most ${MAX_LENGTH} characters.`
  if (INVISIBLE.test(name)) return 'A name holds no control characters and no invisible ones.'
  return undefined
}

/** What people will read: 1 to 80 visible characters, trimmed. */
export function nameSchema() {
  return checkedText(z.string({ error: required('a text') }).trim(), findNameProblem)
}
