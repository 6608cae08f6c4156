import type { EpochSeconds } from '../lib/clock.ts'
import type { Lookup } from '../lib/dns.ts'
import type { App } from './app.ts'

export const PUBLISHER_STATES = ['pending', 'verified', 'failed'] as const
export type PublisherState = (typeof PUBLISHER_STATES)[number]

/** Why a publisher is not verified, or soon may not be. */
export const PUBLISHER_REASONS = {
  record_missing: 'The domain has no TXT record with this value.',
  resolver_unavailable: 'The domain could not be looked up.',
  homepage_changed: 'The homepage moved to another host.',
} as const
export type PublisherReason = keyof typeof PUBLISHER_REASONS

/** The verification of one app's publisher: whether who runs the app also runs the host of its homepage. */
export interface PublisherCheck {
  clientId: string
  /** The owner of the app, for the audit log. */
  organizationId: string
  domain: string
  code: string
  state: PublisherState
  /** Of a verified one: its record was missing at the last look, and the next one decides. */
  reason: PublisherReason | null
  /** The TXT records that stood there instead. */
  found: readonly string[]
  startedAt: EpochSeconds
  checkedAt: EpochSeconds | null
  /** Kept when the mark is lost, so that people can be told. */
  verifiedAt: EpochSeconds | null
  /** Null: on demand only. */
  nextCheckAt: EpochSeconds | null
}

const HOUR = 3600
const DAY = 24 * HOUR
/** How long a developer has to publish the record before they must ask again. */
const PENDING_SECONDS = 2 * DAY
const REPEAT_SECONDS = 7 * DAY
/** Before a mark is taken away: a zone that is being edited is whole again by then. */
const RETRY_SECONDS = HOUR
const SHORTEST_WAIT_SECONDS = 10 * 60
const LONGEST_WAIT_SECONDS = 6 * HOUR
const MAX_FOUND = 10
const MAX_FOUND_LENGTH = 200

export function verificationRecord(code: string): string {
  return `postern-verification=${code}`
}

/** The host whose owner is the publisher; null without a homepage. */
export function homepageHost({ clientUri }: Pick<App, 'clientUri'>): string | null {
  return clientUri === null ? null : new URL(clientUri).hostname
}

/** The domain that people may remember an app by, when it is not verified any more. */
export function lostDomain(check: PublisherCheck | undefined): string | null {
  return check && check.state !== 'verified' && check.verifiedAt !== null ? check.domain : null
}

/** What a look at the domain's TXT records makes of a check that is pending or verified. */
export function judge(check: PublisherCheck, texts: Lookup<string>, now: EpochSeconds): PublisherCheck {
  if (texts.ok && texts.records.includes(verificationRecord(check.code))) return verified(check, now)
  const found = texts.ok
    ? texts.records.slice(0, MAX_FOUND).map((text) => text.slice(0, MAX_FOUND_LENGTH))
    : check.found
  const looked = { ...check, found, checkedAt: now }
  const reason = texts.ok ? 'record_missing' : 'resolver_unavailable'
  return check.state === 'verified' ? doubted(looked, reason, now) : waited(looked, reason, now)
}

function verified(check: PublisherCheck, now: EpochSeconds): PublisherCheck {
  const verifiedAt = check.state === 'verified' ? check.verifiedAt : now
  const nextCheckAt = now + REPEAT_SECONDS
  return { ...check, state: 'verified', reason: null, found: [], checkedAt: now, verifiedAt, nextCheckAt }
}

/** Two looks in a row that found no record, an hour apart, take the mark away; a resolver that fails does not. */
function doubted(check: PublisherCheck, reason: PublisherReason, now: EpochSeconds): PublisherCheck {
  const due = check.nextCheckAt !== null && check.nextCheckAt <= now
  if (reason === 'record_missing' && check.reason === 'record_missing' && due) return failed(check, reason)
  // Asking again and again on demand does not put off the look that decides.
  const soon = now + RETRY_SECONDS
  const nextCheckAt = due || check.nextCheckAt === null ? soon : Math.min(check.nextCheckAt, soon)
  return { ...check, reason: reason === 'record_missing' ? reason : check.reason, nextCheckAt }
}

function waited(check: PublisherCheck, reason: PublisherReason, now: EpochSeconds): PublisherCheck {
  const endsAt = check.startedAt + PENDING_SECONDS
  if (now >= endsAt) return failed(check, reason)
  // Ever more slowly: DNS takes minutes, and people take a day.
  const wait = Math.min(Math.max((now - check.startedAt) / 2, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
  return { ...check, reason, nextCheckAt: Math.min(Math.floor(now + wait), endsAt) }
}

function failed(check: PublisherCheck, reason: PublisherReason): PublisherCheck {
  return { ...check, state: 'failed', reason, nextCheckAt: null }
}
