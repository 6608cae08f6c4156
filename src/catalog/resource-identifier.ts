/** Scheme, authority, and everything after it; identifiers of ours have no user name (rules.ts). */
const PARTS = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is
const DEFAULT_PORTS: Record<string, RegExp> = { https: /:443$/, http: /:80$/ }

/**
 * Whether two spellings name one resource (RFC 8707). Libraries that parse an address and print it again add a slash
 * to a bare host, write the host in small letters and leave the scheme's own port out; all else must be the same.
 */
export function isSameResource(one: string, other: string): boolean {
  return comparable(one) === comparable(other)
}

function comparable(identifier: string): string {
  const parts = PARTS.exec(identifier)
  if (!parts) return identifier
  const [, scheme = '', authority = '', rest = ''] = parts
  const host = authority.toLowerCase().replace(DEFAULT_PORTS[scheme.toLowerCase()] ?? /$^/, '')
  return `${scheme.toLowerCase()}://${host}${rest === '/' ? '' : rest}`
}

/** For the developer: what `resource` should have been, in characters that RFC 6749 §5.2 permits in a description. */
export function describeExpected(identifiers: readonly string[]): string {
  return `expected: ${identifiers.map(encodeForDescription).join(' or ')}`
}

function encodeForDescription(identifier: string): string {
  return identifier.replaceAll('"', '%22').replaceAll('\\', '%5C')
}
