import { utf8 } from './encoding.ts'

/** RFC 1035 §3.2.2 and RFC 3596 §2.1. */
const TYPES = { A: 1, TXT: 16, AAAA: 28 } as const
export type DnsType = keyof typeof TYPES

const CLASS_IN = 1
const HEADER_BYTES = 12
const RECURSION_DESIRED = 0x0100
const RESPONSE = 0x8000
const TRUNCATED = 0x0200
const RESPONSE_CODE = 0x000f
const COMPRESSED = 0xc0

/** One question (RFC 1035 §4.1), with the id 0 that RFC 8484 §4.1 asks for. The name is ASCII, as the URL parser leaves it. */
export function encodeQuestion(name: string, type: DnsType): Uint8Array<ArrayBuffer> {
  const labels = name.split('.').flatMap((label) => [label.length, ...utf8(label)])
  const question = [...labels, 0, ...uint16(TYPES[type]), ...uint16(CLASS_IN)]
  const counts = [1, 0, 0, 0].flatMap(uint16)
  return Uint8Array.from([...uint16(0), ...uint16(RECURSION_DESIRED), ...counts, ...question])
}

export interface DnsResponse {
  code: number
  /** RDATA of each answer of the type that was asked for; a recursive resolver has followed the aliases. */
  records: readonly Uint8Array[]
}

/** Throws a RangeError when the message is cut off or is no response. */
export function parseResponse(message: Uint8Array, type: DnsType): DnsResponse {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const flags = view.getUint16(2)
  if (!(flags & RESPONSE) || flags & TRUNCATED) throw new RangeError('not a whole DNS response')
  let offset = HEADER_BYTES
  for (let questions = view.getUint16(4); questions > 0; questions--) offset = skipName(view, offset) + 4
  const records: Uint8Array[] = []
  for (let answers = view.getUint16(6); answers > 0; answers--) {
    const fixed = skipName(view, offset)
    const end = fixed + 10 + view.getUint16(fixed + 8)
    if (end > message.byteLength) throw new RangeError('a DNS record is cut off')
    const asked = view.getUint16(fixed) === TYPES[type] && view.getUint16(fixed + 2) === CLASS_IN
    if (asked) records.push(message.subarray(fixed + 10, end))
    offset = end
  }
  return { code: flags & RESPONSE_CODE, records }
}

/** A TXT record is a list of strings of at most 255 bytes; together they are one text (RFC 7208 §3.3). */
export function decodeText(record: Uint8Array): string {
  const text: number[] = []
  for (let offset = 0; offset < record.length; offset += 1 + record[offset]!) {
    text.push(...record.subarray(offset + 1, offset + 1 + record[offset]!))
  }
  return new TextDecoder().decode(Uint8Array.from(text))
}

function skipName(view: DataView, start: number): number {
  let offset = start
  for (;;) {
    const length = view.getUint8(offset)
    if (length === 0) return offset + 1
    if ((length & COMPRESSED) === COMPRESSED) return offset + 2
    offset += 1 + length
  }
}

function uint16(value: number): number[] {
  return [value >> 8, value & 0xff]
}
