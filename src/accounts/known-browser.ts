import type { Config } from '../env.ts'
import { type CookieSecurity, readCookie, writeCookie } from '../lib/cookies.ts'
import { equalInConstantTime, hmacSha256 } from '../lib/encoding.ts'
import { randomBase64Url } from '../lib/random.ts'

/** As `lib/cookies.ts` spells it. */
export const KNOWN_BROWSER_COOKIE = 'postern-browser'
/** As long as browsers keep any cookie (RFC 6265bis §5.5). */
const TTL_SECONDS = 400 * 86_400
const ID = /^[\w-]{43}$/
/** Of one browser, the newest first. */
const MAX_ADDRESSES = 8
/** 128 bits: nobody makes one up. */
const PROOF_LENGTH = 22

/**
 * A browser in which somebody signed in as an address keeps a proof of it, so that what strangers do in the name of
 * the address does not stand in its way (docs/decisions/013-a-lane-for-known-browsers.md). The cookie names no address,
 * and gives no access: whoever has it still needs the code.
 */
export async function findKnownBrowser(config: Config, request: Request, email: string): Promise<string | undefined> {
  const known = readKnown(request, config)
  if (!known) return undefined
  const own = await proofOf(config, known.id, email)
  return known.proofs.some((proof) => equalInConstantTime(proof, own)) ? `${known.id}.${own}` : undefined
}

/** The `Set-Cookie` line after a sign-in. */
export async function rememberBrowser(config: Config, request: Request, email: string): Promise<string> {
  const { id, proofs } = readKnown(request, config) ?? { id: randomBase64Url(32), proofs: [] }
  const own = await proofOf(config, id, email)
  const kept = [own, ...proofs.filter((proof) => proof !== own)].slice(0, MAX_ADDRESSES)
  const value = [id, ...kept].join('.')
  return writeCookie({ name: KNOWN_BROWSER_COOKIE, value, maxAgeSeconds: TTL_SECONDS }, config)
}

function readKnown(request: Request, security: CookieSecurity): { id: string; proofs: string[] } | undefined {
  const [id = '', ...proofs] = readCookie(request, KNOWN_BROWSER_COOKIE, security)?.split('.') ?? []
  return ID.test(id) ? { id, proofs: proofs.slice(0, MAX_ADDRESSES) } : undefined
}

async function proofOf({ emailCodeSecret }: Config, id: string, email: string): Promise<string> {
  return (await hmacSha256(emailCodeSecret, `known browser\n${id}\n${email}`)).slice(0, PROOF_LENGTH)
}
