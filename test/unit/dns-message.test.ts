import { describe, expect, it } from 'vitest'
import { decodeText, encodeQuestion, parseResponse } from '../../src/lib/dns-message.ts'

const bytes = (hex: string) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => parseInt(byte, 16))
const NAME = '03777777076578616d706c6503636f6d00'

/** The second example of RFC 8484 §4.2.2: www.example.com IN AAAA, its name compressed in the answer. */
const ANSWER = bytes(`00008180000100010000000003777777076578616d706c6503636f6d00001c0001
  c00c001c000100000e7d001020010db8abcd00120001000200030004`)

it('asks as the example of RFC 8484 §4.1.1 does', () => {
  expect(encodeQuestion('www.example.com', 'A')).toEqual(bytes(`000001000001000000000000${NAME}00010001`))
})

describe('an answer', () => {
  it('is read as the example of RFC 8484 §4.2.2', () => {
    const { code, records } = parseResponse(ANSWER, 'AAAA')
    expect(code).toBe(0)
    expect(records).toEqual([bytes('20010db8abcd00120001000200030004')])
  })

  it('holds nothing for another type', () => {
    expect(parseResponse(ANSWER, 'A').records).toEqual([])
  })

  it('may come after aliases, whose names are not records', () => {
    const alias = 'c00c000500010000000a0002c010'
    const address = 'c01000010001000000780004cb007101'
    const message = bytes(`000081800001000200000000${NAME}00010001${alias}${address}`)
    expect(parseResponse(message, 'A').records).toEqual([bytes('cb007101')])
  })

  it('says that there is no such name', () => {
    expect(parseResponse(bytes(`000081830001000000000000${NAME}00010001`), 'A')).toEqual({ code: 3, records: [] })
  })

  it('is refused when it is cut off anywhere', () => {
    for (let length = 0; length < ANSWER.length; length++) {
      expect(() => parseResponse(ANSWER.subarray(0, length), 'AAAA')).toThrow(RangeError)
    }
  })

  it('is refused when it is a question, or says itself that it is cut off', () => {
    expect(() => parseResponse(encodeQuestion('www.example.com', 'A'), 'A')).toThrow(RangeError)
    expect(() => parseResponse(bytes(`000083800001000000000000${NAME}00010001`), 'A')).toThrow(RangeError)
  })
})

describe('a text record', () => {
  it('is one text, however many strings it is made of', () => {
    expect(decodeText(bytes('03616263026465'))).toBe('abcde')
    expect(decodeText(bytes('00'))).toBe('')
  })

  it('ends where the record ends, whatever the length says', () => {
    expect(decodeText(bytes('ff6162'))).toBe('ab')
  })
})
