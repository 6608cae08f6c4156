import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

/** What a name has; one that the zone does not hold does not exist. */
export interface DnsRecords {
  A?: readonly string[]
  AAAA?: readonly string[]
  TXT?: readonly string[]
}

const TYPES: Record<number, keyof DnsRecords> = { 1: 'A', 16: 'TXT', 28: 'AAAA' }
const SLOW_MS = 500
const SERVER_FAILURE = 2
const NO_SUCH_NAME = 3

export interface Resolver {
  /** For DOH_RESOLVER. */
  address: string
  zone: Map<string, DnsRecords>
  /** The names that were asked for, in order. */
  asked: string[]
  /** How the resolver does. `silent` answers never, `broken` with what is no DNS message. */
  mood: 'well' | 'slow' | 'failing' | 'silent' | 'broken'
  stop(): Promise<void>
}

/** A DNS over HTTPS resolver (RFC 8484) on loopback, with a zone of the test's own. */
export async function startResolver(): Promise<Resolver> {
  const server = createServer((request, response) => void answer(resolver, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const resolver: Resolver = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`,
    zone: new Map(),
    asked: [],
    mood: 'well',
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return resolver
}

async function answer(
  { mood, zone, asked }: Resolver,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = await buffer(request)
  asked.push(readQuestion(query).name)
  if (mood === 'silent') return
  if (mood === 'slow') await setTimeout(SLOW_MS)
  if (request.method !== 'POST' || request.headers['content-type'] !== 'application/dns-message') {
    response.writeHead(415).end()
    return
  }
  response.writeHead(200, { 'Content-Type': 'application/dns-message' })
  response.end(mood === 'broken' ? 'no DNS message' : respond(query, mood === 'failing' ? undefined : zone))
}

/** RFC 1035 §4.1: the header, the question again, and each record under a pointer to its name. */
function respond(query: Buffer, zone: Map<string, DnsRecords> | undefined): Buffer {
  const { name, type, end } = readQuestion(query)
  const records = zone?.get(name)
  const asked = TYPES[type]
  const data = (asked && records?.[asked]?.map(encode)) ?? []
  const code = zone ? (records ? 0 : NO_SUCH_NAME) : SERVER_FAILURE
  const header = uint16(query.readUInt16BE(0), 0x8180 | code, 1, data.length, 0, 0)
  const answers = data.map((rdata) => Buffer.concat([uint16(0xc00c, type, 1, 0, 60, rdata.length), rdata]))
  return Buffer.concat([header, query.subarray(12, end), ...answers])
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let offset = 12
  for (let length = query[offset]!; length > 0; length = query[offset]!) {
    labels.push(query.toString('latin1', offset + 1, offset + 1 + length))
    offset += 1 + length
  }
  return { name: labels.join('.'), type: query.readUInt16BE(offset + 1), end: offset + 5 }
}

function encode(record: string): Buffer {
  if (isIPv6(record)) return encodeV6(record)
  if (/^\d+(\.\d+){3}$/.test(record)) return Buffer.from(record.split('.').map(Number))
  // In strings of at most 255 bytes, as a long TXT record is published.
  const strings = record.match(/.{1,255}/gs) ?? ['']
  return Buffer.concat(strings.flatMap((text) => [Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]))
}

function encodeV6(address: string): Buffer {
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean))
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  return uint16(...groups.map((group) => parseInt(group, 16)))
}

function uint16(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]))
}
