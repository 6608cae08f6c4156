const IP_LITERAL = /^(\d+(\.\d+){3}|\[.*\])$/
/** Names that never leave a machine or a network (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`). */
const PRIVATE_SUFFIX = /\.(local|internal|localhost|home\.arpa)$/
/** What DNS can be asked for: labels of 1 to 63 bytes, 253 in all, and no dot at the end. */
const DNS_NAME = /^(?=.{1,253}$)([a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63}$/

/** Why a host, as the URL parser spells it, cannot be on the public internet; undefined if it may be. */
export function findHostProblem(host: string): string | undefined {
  if (IP_LITERAL.test(host)) return 'The address names an IP address; use a domain name.'
  if (!host.includes('.')) return 'The host is a single word; use a full domain name.'
  if (PRIVATE_SUFFIX.test(host)) return 'The host is for private networks; use a public domain name.'
  if (!DNS_NAME.test(host)) return 'The host is not a domain name.'
  return undefined
}
