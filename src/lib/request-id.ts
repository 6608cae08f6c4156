import { randomUuid } from './random.ts'

const ids = new WeakMap<Request, string>()

/** What a person can tell us of a failed request, and our log names it by; made when it is first needed. */
export function requestId(request: Request): string {
  const known = ids.get(request)
  if (known) return known
  const id = randomUuid()
  ids.set(request, id)
  return id
}
