/** The first bytes of a network, and how many bits of them count. */
type Network = readonly [bytes: readonly number[], bits: number]

/** IANA's registry of special-purpose IPv4 addresses (RFC 6890), multicast and the reserved rest. */
const SPECIAL_V4: readonly Network[] = [
  [[0], 8], // "this network"
  [[10], 8], // private
  [[100, 64], 10], // shared by customers of a provider
  [[127], 8], // loopback
  [[169, 254], 16], // link-local, and where clouds keep their metadata
  [[172, 16], 12], // private
  [[192, 0, 0], 24], // protocol assignments
  [[192, 0, 2], 24], // documentation
  [[192, 88, 99], 24], // 6to4 relays
  [[192, 168], 16], // private
  [[198, 18], 15], // benchmarks
  [[198, 51, 100], 24], // documentation
  [[203, 0, 113], 24], // documentation
  [[224], 4], // multicast
  [[240], 4], // reserved, broadcast
]

/** Everything outside is special: loopback, link-local, unique local, multicast, mapped and translated IPv4. */
const GLOBAL_UNICAST_V6: Network = [[0x20], 3]
const SPECIAL_V6: readonly Network[] = [
  [[0x20, 0x01, 0x00], 23], // protocol assignments, Teredo and benchmarks among them
  [[0x20, 0x01, 0x0d, 0xb8], 32], // documentation
  [[0x20, 0x02], 16], // 6to4, which wraps an IPv4 address
  [[0x3f, 0xfe], 16], // 6bone
  [[0x3f, 0xff, 0x00], 20], // documentation
]

/** Whether an address of 4 or 16 bytes is one of the public internet. What we cannot read is not. */
export function isPublicAddress(address: Uint8Array): boolean {
  if (address.length === 4) return !SPECIAL_V4.some((network) => contains(network, address))
  if (address.length !== 16) return false
  return contains(GLOBAL_UNICAST_V6, address) && !SPECIAL_V6.some((network) => contains(network, address))
}

function contains([bytes, bits]: Network, address: Uint8Array): boolean {
  return bytes.every((byte, index) => {
    const counted = Math.min(8, bits - index * 8)
    const mask = (0xff << (8 - counted)) & 0xff
    return (address[index]! & mask) === (byte & mask)
  })
}
