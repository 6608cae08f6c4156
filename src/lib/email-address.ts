/** One @ between what is ours to compare, nothing that could break a header or an address of the web. */
const PARTS = /^([^\s@<>()[\]\\,;:"\p{C}]{1,64})@([^\s@<>()[\]\\,;:"/?#%\p{C}]+)$/u
/** A dotted host in A-labels; the last one is a word, so that it is no IP address. */
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/
/** What is copied along with an address and not seen: blanks of any kind, marks of direction, zero widths. */
const AROUND = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu
const MAX_LENGTH = 254

/**
 * The one spelling that is stored: trimmed, NFC, lower-cased, the domain in A-labels (RFC 5890), so that an address is
 * the same from whatever keyboard. Undefined when it is no address.
 */
export function parseEmailAddress(text: string): string | undefined {
  const [, localPart = '', typedDomain = ''] = PARTS.exec(text.replaceAll(AROUND, '').normalize('NFC')) ?? []
  const domain = URL.parse(`http://${typedDomain}`)?.hostname ?? ''
  const address = `${localPart.toLowerCase().normalize('NFC')}@${domain}`
  return address.length <= MAX_LENGTH && DOMAIN.test(domain) ? address : undefined
}

/** Part of an address, in the spelling in which addresses are stored, as far as it can be told: for searching. */
export function normalizeAddressPart(text: string): string {
  const part = text.replaceAll(AROUND, '').normalize('NFC').toLowerCase()
  if (part.startsWith('@')) return parseEmailAddress(`x${part}`)?.slice(1) ?? part
  return parseEmailAddress(part) ?? part
}

/** Domains under which dots in the name mean nothing, each with the domain that it is another name of. */
const DOTLESS_DOMAINS = new Map([
  ['gmail.com', 'gmail.com'],
  ['googlemail.com', 'gmail.com'],
])

/**
 * The mailbox that a parsed address most likely ends in, for counting only: without what follows a plus sign, and
 * without dots where the provider says that they mean nothing. Two mailboxes taken for one share a count, no more.
 */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  const name = address.slice(0, at).replace(/(?<=.)\+.*$/, '')
  const known = DOTLESS_DOMAINS.get(domain)
  return known ? `${name.replaceAll('.', '')}@${known}` : `${name}@${domain}`
}
