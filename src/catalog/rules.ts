import type { Resource, Scope } from './catalog.ts'

const MAX_IDENTIFIER_LENGTH = 500
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1'])
/** RFC 9728 §3.1. */
const METADATA_PATH = '/.well-known/oauth-protected-resource'
/** RFC 6749 §3.3 allows more; this much is easy to read and to type. */
const SCOPE_NAME = /^[a-z][a-z0-9_.-]{0,39}:[a-z][a-z0-9_.-]{0,39}$/

/**
 * RFC 8707 §2: an absolute URI without a fragment. In the spelling that URL parsers print, because the engine refuses
 * to issue anything for another.
 */
export function findIdentifierProblem(identifier: string): string | undefined {
  if (identifier.length > MAX_IDENTIFIER_LENGTH) return `An identifier has at most ${MAX_IDENTIFIER_LENGTH} characters.`
  if (/[^\x21-\x7e]/.test(identifier) || !URL.canParse(identifier)) return 'The identifier must be an absolute URI.'
  if (identifier.includes('#')) return 'The identifier has no fragment (RFC 8707 section 2).'
  const { protocol, hostname, username, password } = new URL(identifier)
  if (username || password) return 'The identifier holds no user name and no password.'
  const { href, origin, pathname } = new URL(identifier)
  if (identifier !== href && identifier !== origin) return `Write it as every library does: ${plain(href)}.`
  if (pathname.startsWith(METADATA_PATH)) return 'The identifier is the address of the API, not of its metadata.'
  const secure = protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOSTS.has(hostname))
  return secure ? undefined : 'The identifier must start with https://.'
}

/** A bare host has no slash for most people, and one for libraries: both are right. */
function plain(href: string): string {
  const { origin } = new URL(href)
  return href === `${origin}/` ? origin : href
}

export function findScopeNameProblem(name: string): string | undefined {
  return SCOPE_NAME.test(name) ? undefined : 'A scope is named thing:action, in small letters, such as projects:read.'
}

/** A deprecated scope may name its successor: another scope of the same resource that is not deprecated itself. */
export function findReplacementProblem(scope: Scope, catalogue: readonly Scope[]): string | undefined {
  if (scope.replacedBy === null) return undefined
  if (scope.deprecatedAt === null) return 'Only a deprecated scope is replaced.'
  const successor = catalogue.find(({ name }) => name === scope.replacedBy)
  if (!successor) return 'There is no such scope.'
  if (successor.name === scope.name) return 'A scope does not replace itself.'
  if (successor.resource !== scope.resource) return 'The replacement must belong to the same resource.'
  return successor.deprecatedAt === null ? undefined : 'The replacement is deprecated itself.'
}

/** The catalogue and our own API would fall apart without it. */
export function isOwnResource({ identifier }: Pick<Resource, 'identifier'>, issuer: string): boolean {
  return identifier === `${issuer}/api/v1`
}
