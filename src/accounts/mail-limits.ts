import type { Bindings, Config } from '../env.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { mailboxOf } from '../lib/email-address.ts'
import { takeBurst, takeLimit } from '../lib/limits.ts'
import type { Limit, Taken } from '../lib/limits-object.ts'
import { networkOf } from '../lib/network.ts'
import { findKnownBrowser } from './known-browser.ts'

const HOUR = 3600
const DAY = 86_400
const per = (limit: number, windowSeconds: number): Limit => ({ limit, windowSeconds })

/** Of one browser that signed in as the address before, whatever others do. */
const CODES_TO_KNOWN_BROWSER = [per(10, HOUR), per(30, DAY)]
/** Of codes that others ask for; each brings five tries, so this bounds what can be guessed as well. */
const CODES_TO_MAILBOX = [per(20, HOUR), per(50, DAY)]
const CODES_TO_MAILBOX_FROM_NETWORK = [per(10, HOUR)]
/** Of what one account makes us send, to whomever. */
const MAILS_OF_ACCOUNT = [per(60, HOUR), per(200, DAY)]
/** Of what accounts make us send to one mailbox. */
const MAILS_TO_MAILBOX = [per(20, HOUR), per(50, DAY)]
const INVITATIONS_TO_MAILBOX = [per(20, DAY)]
const INVITATIONS_TO_MAILBOX_OF_ORGANIZATION = [per(3, DAY)]

declare const allowed: unique symbol
/** An address that may get one mail now: only this file makes one, so that no mail leaves uncounted. */
export type AllowedRecipient = string & { readonly [allowed]: true }
export type Allowance = { ok: true; to: AllowedRecipient } | { ok: false; retryAfterSeconds: number }

interface Asked {
  env: Bindings
  config: Config
  request: Request
}

/**
 * One code for an address. What only an attacker has is counted first: a refusal costs the address nothing. A browser
 * that is known to the address has a lane of its own, so that others can ask for as much as they like.
 */
export async function allowCode({ env, config, request }: Asked, email: string, now: EpochSeconds): Promise<Allowance> {
  const browser = await findKnownBrowser(config, request, email)
  if (browser) return allow(email, await takeLimit(env, `code browser ${browser}`, CODES_TO_KNOWN_BROWSER, now))
  const mailbox = mailboxOf(email)
  const toMailbox = () => takeLimit(env, `code mailbox ${mailbox}`, CODES_TO_MAILBOX, now)
  const network = networkOf(request)
  // On a laptop everybody is at the same address, and nobody else is.
  if (config.development && network === 'loopback') return allow(email, await toMailbox())
  const ofNetwork = [per(config.codesPerNetwork, HOUR)]
  const taken = await takeAll([
    () => takeBurst(env, network),
    () => takeLimit(env, `code network ${network}`, ofNetwork, now),
    () => takeLimit(env, `code mailbox ${mailbox} network ${network}`, CODES_TO_MAILBOX_FROM_NETWORK, now),
    toMailbox,
  ])
  return allow(email, taken)
}

/** One mail that somebody who signed in causes, or something that goes on by itself: `causeId` says who or what. */
export async function allowMailOf(
  env: Bindings,
  causeId: string,
  email: string,
  now: EpochSeconds,
): Promise<Allowance> {
  const taken = await takeAll([
    () => takeLimit(env, `mail account ${causeId}`, MAILS_OF_ACCOUNT, now),
    () => takeLimit(env, `mail mailbox ${mailboxOf(email)}`, MAILS_TO_MAILBOX, now),
  ])
  return allow(email, taken)
}

/** One invitation: the words in its subject are those of whoever invites, so it has bounds of its own besides. */
export async function allowInvitation(
  env: Bindings,
  { accountId, organizationId, email }: { accountId: string; organizationId: string; email: string },
  now: EpochSeconds,
): Promise<Allowance> {
  const mailbox = mailboxOf(email)
  const own = `invitation mailbox ${mailbox} organization ${organizationId}`
  const taken = await takeAll([
    () => takeLimit(env, `mail account ${accountId}`, MAILS_OF_ACCOUNT, now),
    () => takeLimit(env, own, INVITATIONS_TO_MAILBOX_OF_ORGANIZATION, now),
    () => takeLimit(env, `invitation mailbox ${mailbox}`, INVITATIONS_TO_MAILBOX, now),
  ])
  return allow(email, taken)
}

/** In order, until one refuses. */
async function takeAll(takes: readonly (() => Promise<Taken>)[]): Promise<Taken> {
  for (const take of takes) {
    const taken = await take()
    if (!taken.ok) return taken
  }
  return { ok: true }
}

function allow(email: string, taken: Taken): Allowance {
  return taken.ok ? { ok: true, to: email as AllowedRecipient } : taken
}
