import type { Config } from '../env.ts'
import { lookupAddresses } from './dns.ts'
import { readAtMost } from './limited-body.ts'
import { isPublicAddress } from './public-address.ts'
import { findHostProblem } from './public-host.ts'

/** For everything together: looking the name up, connecting, and the last byte. */
const TIMEOUT_SECONDS = 3

/** The reason is a sentence for whoever gave the address. It says nothing of what a private network answered. */
export type Fetched = { ok: true; bytes: Uint8Array<ArrayBuffer> } | { ok: false; reason: string }

export type FetchSettings = Pick<Config, 'dohResolver' | 'guardedFetchTestOrigin'>

/**
 * The one way to fetch what a developer named: https on port 443 of a public name, no redirects, with limits of time
 * and size. Between our look-up and the connection a name may change; on Cloudflare the flag
 * `global_fetch_strictly_public` then still keeps the request on the public internet.
 */
export async function guardedFetch(settings: FetchSettings, address: string, maxBytes: number): Promise<Fetched> {
  const url = URL.parse(address)
  if (!url) return refuse('This is not an address.')
  const problem = findUrlProblem(url)
  if (problem) return refuse(problem)
  const signal = AbortSignal.timeout(TIMEOUT_SECONDS * 1000)
  try {
    const hostProblem = await findAddressProblem(settings, url.hostname, signal)
    return hostProblem ? refuse(hostProblem) : await fetchBytes(requestAddress(settings, url), maxBytes, signal)
  } catch (error) {
    // Of the look-up nothing is thrown: this is the connection, which fails with whatever the network had.
    if (!(error instanceof Error)) throw error
    return refuse(signal.aborted ? tooSlow() : 'The host could not be reached.')
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
  if (!found.ok) return signal.aborted ? tooSlow() : 'The name could not be looked up; try again in a moment.'
  if (found.records.length === 0) return 'The host does not exist.'
  return found.records.every(isPublicAddress) ? undefined : 'The host is not on the public internet.'
}

async function fetchBytes(url: URL, maxBytes: number, signal: AbortSignal): Promise<Fetched> {
  const response = await fetch(url, { redirect: 'manual', signal })
  if (response.status !== 200) {
    await response.body?.cancel()
    const redirects = response.status >= 300 && response.status < 400
    return refuse(redirects ? 'The address redirects; give the final one.' : `The host answered ${response.status}.`)
  }
  const bytes = await readAtMost(response.body, maxBytes)
  return bytes ? { ok: true, bytes } : refuse(`The answer is larger than ${maxBytes / 1024} KiB.`)
}

/** Tests have no public host: theirs is on loopback, and everything but the connection is as in production. */
function requestAddress({ guardedFetchTestOrigin }: FetchSettings, url: URL): URL {
  return guardedFetchTestOrigin ? new URL(url.pathname + url.search, guardedFetchTestOrigin) : url
}

function tooSlow(): string {
  return `The host did not answer within ${TIMEOUT_SECONDS} seconds.`
}

function refuse(reason: string): Fetched {
  return { ok: false, reason }
}
