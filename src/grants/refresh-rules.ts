import type { EpochSeconds } from '../lib/clock.ts'
import type { Grant } from './grant.ts'

/** A refresh token of a public client that was rotated, remembered by its hash. */
export interface SpentRefreshToken {
  hash: string
  grantId: string
  /** How often its grant had been rotated while it was the token. */
  rotations: number
  spentAt: EpochSeconds
  /** The successor, enclosed under a key derived from this token; null once nobody may have it any more. */
  enclosedSuccessor: string | null
  /** Of the first answer: a repeat never gets more. */
  scopes: readonly string[]
  /** Hashes of the network address (empty: not known) and user agent that spent it. */
  address: string
  userAgent: string
  repeats: number
  repeatedElsewhere: boolean
}

/** Two tabs, or a lost answer: within this time the same question gets the same successor. */
export const REPEAT_WINDOW_SECONDS = 30
/** From the same address, and while nobody used the successor: then the first answer never arrived. */
export const LOST_ANSWER_WINDOW_SECONDS = 86_400
export const MAX_REPEATS = 100
/** This many rotations in a row, each repeated from elsewhere, are no accident. */
export const MAX_FOREIGN_ROTATIONS = 3
export const SPENT_RETENTION_SECONDS = 30 * 86_400
/** "Last used" and the idle limit of a non-rotating token are known to the hour in the ledger, */
const LAST_USE_RESOLUTION_SECONDS = 3600
/** and to the day where others read it. */
const PROJECTED_USE_RESOLUTION_SECONDS = 86_400

type UsedGrant = Pick<Grant, 'id' | 'lastUsedAt'>

/** Whether this use of a grant is written down. */
export function isUseDue({ lastUsedAt }: UsedGrant, now: EpochSeconds): boolean {
  return now - lastUsedAt > LAST_USE_RESOLUTION_SECONDS
}

/** Whether its projections are told. The days of grants begin at different times, so that no midnight tells them all. */
export function isProjectionDue(grant: UsedGrant, now: EpochSeconds): boolean {
  return isUseDue(grant, now) && dayOf(grant.id, now) !== dayOf(grant.id, grant.lastUsedAt)
}

function dayOf(grantId: string, at: EpochSeconds): number {
  let shift = 0
  for (const character of grantId) shift = (shift * 31 + character.charCodeAt(0)) % PROJECTED_USE_RESOLUTION_SECONDS
  return Math.floor((at + shift) / PROJECTED_USE_RESOLUTION_SECONDS)
}

export type RepeatDecision = 'repeat' | 'superseded' | 'too_often' | 'reused'

/** What to do with a spent refresh token that its own app presents again. */
export function decideRepeat(
  spent: SpentRefreshToken,
  currentRotations: number,
  from: { address: string },
  now: EpochSeconds,
): RepeatDecision {
  const successorIsUnused = spent.rotations + 1 === currentRotations
  const isRecent = now - spent.spentAt <= REPEAT_WINDOW_SECONDS
  if (isRecent && !successorIsUnused) return 'superseded'
  if (!isRecent && !(successorIsUnused && mayHaveLostItsAnswer(spent, from, now))) return 'reused'
  if (spent.enclosedSuccessor === null) return 'reused'
  return spent.repeats >= MAX_REPEATS ? 'too_often' : 'repeat'
}

function mayHaveLostItsAnswer(spent: SpentRefreshToken, from: { address: string }, now: EpochSeconds): boolean {
  const isSameAddress = spent.address !== '' && spent.address === from.address
  return isSameAddress && now - spent.spentAt <= LOST_ANSWER_WINDOW_SECONDS
}

/** Both differ: one alone changes when a phone leaves the house or a browser updates itself. */
export function isElsewhere(spent: SpentRefreshToken, from: { address: string; userAgent: string }): boolean {
  return spent.address !== from.address && spent.userAgent !== from.userAgent
}
