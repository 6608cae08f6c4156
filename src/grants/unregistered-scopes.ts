import type { Circumstances } from './effective-access.ts'

/** More would make an address that servers on the way refuse. */
const MAX_NAMED = 20

/** For the developer: which scopes are wrong, which would be right, and where to change that. */
export function describeUnregistered(
  unregistered: readonly string[],
  { app, catalogue }: Circumstances,
  issuer: string,
): string {
  const registered = catalogue.map(({ name }) => name)
  const page = `${issuer}/developer/apps/${app.clientId}`
  return `${nameSome(unregistered)}; registered: ${nameSome(registered)}; to change them: ${page}`
}

/** Scope names have the characters that RFC 6749 §5.2 permits in a description. */
function nameSome(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : ''
  return names.slice(0, MAX_NAMED).join(' ') + more
}
