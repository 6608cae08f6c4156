import { ProtocolError } from '../errors.ts'

const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const
export type Prompt = ReadonlySet<(typeof PROMPTS)[number]>

/** OpenID Connect Core §3.1.2.1: `none` stands alone. */
export function parsePrompt(prompt: string | undefined): Prompt {
  const values = (prompt ?? '').split(' ').filter(Boolean)
  const known = PROMPTS.filter((name) => values.includes(name))
  if (known.length < new Set(values).size) throw new ProtocolError('invalid_request', 'prompt_invalid')
  if (known.includes('none') && known.length > 1) throw new ProtocolError('invalid_request', 'prompt_invalid')
  return new Set(known)
}
