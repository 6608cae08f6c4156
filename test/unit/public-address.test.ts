import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/lib/public-address.ts'

const v4 = (text: string) => Uint8Array.from(text.split('.').map(Number))

/** As RFC 4291 §2.2 writes them, without the dotted form. */
function v6(text: string): Uint8Array {
  const [head = '', tail = ''] = text.split('::')
  const groups = (part: string) => part.split(':').filter(Boolean)
  const missing = 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)].map((group) =>
    parseInt(group, 16),
  )
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

describe('a public address', () => {
  it.each([
    ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ...['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255'],
    ...['192.169.0.0', '198.17.255.255', '198.20.0.0', '203.0.112.255', '203.0.114.0', '223.255.255.255'],
  ])('is %s', (address) => expect(isPublicAddress(v4(address))).toBe(true))

  it.each(['2606:4700:4700::1111', '2001:4860:4860::8888', '2001:200::1', '2003::1', '2a00::1', '3ffd::1'])(
    'is %s',
    (address) => expect(isPublicAddress(v6(address))).toBe(true),
  )
})

describe('not a public address', () => {
  it.each([
    ...['0.0.0.0', '0.1.2.3', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.1', '127.1.2.3'],
    ...['169.254.169.254', '172.16.0.0', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.0.1'],
    ...['198.18.0.0', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1'],
    '255.255.255.255',
  ])('is %s', (address) => expect(isPublicAddress(v4(address))).toBe(false))

  it.each([
    ...['::', '::1', 'fe80::1', 'fec0::1', 'fc00::1', 'fdff::1', 'ff02::1', '100::1', '5f00::1'],
    ...['::ffff:7f00:1', '::ffff:808:808', '::7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::1'],
    ...['2001::1', '2001:1::1', '2001:2::1', '2001:20::1', '2001:1ff::1', '2001:db8::1', '2002:7f00:1::1'],
    ...['3ffe::1', '3fff::1', '3fff:fff::1', '1fff::1', '4000::1'],
  ])('is %s', (address) => expect(isPublicAddress(v6(address))).toBe(false))

  it('is a record of another length', () => {
    expect(isPublicAddress(Uint8Array.of())).toBe(false)
    expect(isPublicAddress(Uint8Array.of(8, 8, 8))).toBe(false)
    expect(isPublicAddress(Uint8Array.of(8, 8, 8, 8, 8))).toBe(false)
  })
})
