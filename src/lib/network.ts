/** Whoever holds one IPv6 address of a network usually holds all of its /64. */
const NETWORK_GROUPS = 4

/**
 * The network that a request came from, as Cloudflare saw it: an IPv4 address, or the first 64 bits of an IPv6
 * address. `loopback`: of this machine, or nobody put an address there.
 */
export function networkOf(request: Request): string {
  const address = request.headers.get('CF-Connecting-IP') ?? ''
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const v4 = mapped ?? (/^\d+\.\d+\.\d+\.\d+$/.test(address) ? address : undefined)
  if (v4) return v4.startsWith('127.') ? 'loopback' : v4
  const groups = expandV6(address)
  if (!groups || groups.every((group, index) => group === (index === 7 ? 1 : 0))) return 'loopback'
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

function expandV6(address: string): number[] | undefined {
  if (!/^[0-9a-f:]+$/i.test(address)) return undefined
  const [head = '', tail] = address.split('::')
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  const groups = [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after].map((group) =>
    Number.parseInt(group, 16),
  )
  return groups.length === 8 ? groups : undefined
}
