import { expect, it } from 'vitest'
import { networkOf } from '../../src/lib/network.ts'

const from = (address?: string) =>
  networkOf(new Request('https://auth.example/', address ? { headers: { 'CF-Connecting-IP': address } } : {}))

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['127.0.0.1', 'loopback'],
  ['::1', 'loopback'],
  [undefined, 'loopback'],
  ['not an address', 'loopback'],
])('takes %s for the network %s', (address, network) => {
  expect(from(address)).toBe(network)
})
