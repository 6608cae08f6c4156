import { describe, expect, it } from 'vitest'
import { crc32, equalInConstantTime, fromBase64Url, toBase64Url } from '../../src/lib/encoding.ts'

describe('encodings', () => {
  it('computes the CRC-32 of the check value of ISO 3309', () => {
    expect([...fromBase64Url(crc32('123456789'))]).toEqual([0xcb, 0xf4, 0x39, 0x26])
  })

  it('round-trips bytes that base64 would pad', () => {
    const bytes = Uint8Array.of(0xff, 0xfe, 0x3e, 0x3f)
    expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes)
  })

  it('refuses characters outside the base64url alphabet', () => {
    expect(() => fromBase64Url('ab+/')).toThrow(TypeError)
  })

  it('compares strings of equal and of different length', () => {
    expect(equalInConstantTime('abc', 'abc')).toBe(true)
    expect(equalInConstantTime('abc', 'abd')).toBe(false)
    expect(equalInConstantTime('abc', 'ab')).toBe(false)
  })
})
