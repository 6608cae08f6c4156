import type { Config } from '../env.ts'
import { lookupAddresses } from './dns.ts'
import { readAtMost } from './limited-body.ts'
import { isPublicAddress } from './public-address.ts'
import { findHostProblem } from './public-host.ts'

/** For everything together: looking the name up, connecting, and the last byte. */
const FETCH_SECONDS = 3
/** Whoever is told of something may do some work before the answer. */
const POST_SECONDS = 10

/** The reason is a sentence for whoever gave the address. It says nothing of what a private network answered. */
export type Fetched = { ok: true; bytes: Uint8Array<ArrayBuffer> } | Refused
/** The status is of an answer that came. */
export type Posted = { ok: true; status: number } | (Refused & { status?: number })
type Refused = { ok: false; reason: string }

export type FetchSettings = Pick<Config, 'dohResolver' | 'guardedFetchTestOrigin'>

/**
 * The one way to fetch what a developer named: https on port 443 of a public name, no redirects, with limits of time
 * and size. Between our look-up and the connection a name may change; on Cloudflare the flag
 * `global_fetch_strictly_public` then still keeps the request on the public internet.
 */
export function guardedFetch(settings: FetchSettings, address: string, maxBytes: number): Promise<Fetched> {
  return guarded(settings, address, FETCH_SECONDS, async (url, signal) => {
    const response = await fetch(url, { redirect: 'manual', signal })
    if (response.status !== 200) return refuseAnswer(response)
    const bytes = await readAtMost(response.body, maxBytes)
    return bytes ? { ok: true, bytes } : refuse(`The answer is larger than ${maxBytes / 1024} KiB.`)
  })
}

interface Message {
  headers: Record<string, string>
  body: string
}

/** The same for telling somebody: any 2xx is well, and what else the answer says is not read. */
export function guardedPost(settings: FetchSettings, address: string, message: Message): Promise<Posted> {
  return guarded(settings, address, POST_SECONDS, async (url, signal) => {
    const response = await fetch(url, { method: 'POST', ...message, redirect: 'manual', signal })
    const { status } = response
    if (!response.ok) return { ...(await refuseAnswer(response)), status }
    await response.body?.cancel()
    return { ok: true, status }
  })
}

/** The same for asking somebody: what a 2xx says is read, up to a size. */
export function guardedAsk(
  settings: FetchSettings,
  address: string,
  message: Message,
  maxBytes: number,
): Promise<Fetched> {
  return guarded(settings, address, POST_SECONDS, async (url, signal) => {
    const response = await fetch(url, { method: 'POST', ...message, redirect: 'manual', signal })
    if (!response.ok) return refuseAnswer(response)
    const bytes = await readAtMost(response.body, maxBytes)
    return bytes ? { ok: true, bytes } : refuse(`The answer is larger than ${maxBytes / 1024} KiB.`)
  })
}

/** Why an address could never be fetched, whoever is behind its name; undefined if it may be. */
export function findFetchProblem(address: string): string | undefined {
  const url = URL.parse(address)
  return url ? findUrlProblem(url) : 'This is not an address.'
}

async function guarded<T>(
  settings: FetchSettings,
  address: string,
  seconds: number,
  send: (url: URL, signal: AbortSignal) => Promise<T>,
): Promise<T | Refused> {
  const problem = findFetchProblem(address)
  if (problem) return refuse(problem)
  const url = new URL(address)
  const signal = AbortSignal.timeout(seconds * 1000)
  const tooSlow = `The host did not answer within ${seconds} seconds.`
  try {
    const hostProblem = await findAddressProblem(settings, url.hostname, signal)
    if (hostProblem) return refuse(signal.aborted ? tooSlow : hostProblem)
    return await send(requestAddress(settings, url), signal)
  } catch (error) {
    // Of the look-up nothing is thrown: this is the connection, which fails with whatever the network had.
    if (!(error instanceof Error)) throw error
    return refuse(signal.aborted ? tooSlow : 'The host could not be reached.')
  }
}

function findUrlProblem(url: URL): string | undefined {
  if (url.protocol !== 'https:') return 'The address must start with https://.'
  if (url.port !== '') return 'Only port 443 is allowed.'
  if (url.username || url.password) return 'The address holds no user name and no password.'
  return findHostProblem(url.hostname)
}

/** One private address among public ones is enough: nobody knows which is connected to. */
async function findAddressProblem(
  settings: FetchSettings,
  host: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await lookupAddresses(settings, host, signal)
  if (!found.ok) return 'The name could not be looked up; try again in a moment.'
  if (found.records.length === 0) return 'The host does not exist.'
  return found.records.every(isPublicAddress) ? undefined : 'The host is not on the public internet.'
}

async function refuseAnswer(response: Response): Promise<Refused> {
  await response.body?.cancel()
  const redirects = response.status >= 300 && response.status < 400
  return refuse(redirects ? 'The address redirects; give the final one.' : `The host answered ${response.status}.`)
}

/** Tests have no public host: theirs is on loopback, and everything but the connection is as in production. */
function requestAddress({ guardedFetchTestOrigin }: FetchSettings, url: URL): URL {
  return guardedFetchTestOrigin ? new URL(url.pathname + url.search, guardedFetchTestOrigin) : url
}

function refuse(reason: string): Refused {
  return { ok: false, reason }
}
