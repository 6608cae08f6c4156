/** What can be an address of ours: one @, a dotted host, nothing that could break a header. */
const ADDRESS = /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\.[a-z]{2,63}$/u

/** Trimmed and lower-cased, the one spelling that is stored; undefined when it is no address. */
export function parseEmailAddress(text: string): string | undefined {
  const address = text.trim().toLowerCase()
  return address.length <= 254 && ADDRESS.test(address) ? address : undefined
}
