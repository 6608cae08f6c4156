import type { Config } from '../env.ts'
import { type DnsType, decodeText, encodeQuestion, parseResponse } from './dns-message.ts'
import { readAtMost } from './limited-body.ts'

/** A name that does not exist has no records; that is an answer. Not to get one is a failure of the resolver. */
export type Lookup<Item> = { ok: true; records: readonly Item[] } | { ok: false }

export type Resolver = Pick<Config, 'dohResolver'>

const MEDIA_TYPE = 'application/dns-message'
const MAX_MESSAGE_BYTES = 65_535
const NO_ERROR = 0
const NO_SUCH_NAME = 3

/** The IPv4 and IPv6 addresses of a host: 4 or 16 bytes each. */
export async function lookupAddresses(
  resolver: Resolver,
  host: string,
  signal: AbortSignal,
): Promise<Lookup<Uint8Array>> {
  const [v4, v6] = await Promise.all([ask(resolver, host, 'A', signal), ask(resolver, host, 'AAAA', signal)])
  return v4.ok && v6.ok ? { ok: true, records: [...v4.records, ...v6.records] } : { ok: false }
}

export async function lookupTexts(resolver: Resolver, host: string, signal: AbortSignal): Promise<Lookup<string>> {
  const answer = await ask(resolver, host, 'TXT', signal)
  return answer.ok ? { ok: true, records: answer.records.map(decodeText) } : answer
}

/** DNS over HTTPS in its standard form, RFC 8484; the JSON form differs from resolver to resolver. */
async function ask(
  { dohResolver }: Resolver,
  name: string,
  type: DnsType,
  signal: AbortSignal,
): Promise<Lookup<Uint8Array>> {
  try {
    const response = await fetch(dohResolver, {
      method: 'POST',
      headers: { 'Content-Type': MEDIA_TYPE, Accept: MEDIA_TYPE },
      body: encodeQuestion(name, type),
      redirect: 'manual',
      signal,
    })
    const message = await readAtMost(response.body, MAX_MESSAGE_BYTES)
    if (response.status !== 200 || !message) return { ok: false }
    const { code, records } = parseResponse(message, type)
    return code === NO_ERROR || code === NO_SUCH_NAME ? { ok: true, records } : { ok: false }
  } catch (error) {
    // The network's and the parser's errors; what is no Error was not thrown by either.
    if (error instanceof Error) return { ok: false }
    throw error
  }
}
