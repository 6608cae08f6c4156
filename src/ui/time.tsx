import type { EpochSeconds } from '../lib/clock.ts'

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

/** A time for people, and for machines in `datetime`. Times on pages are UTC, and say so where hours count. */
export function Time({ at, exact }: { at: number | null; exact?: boolean }) {
  if (at === null) return <>never</>
  const date = new Date(at * 1000)
  return <time datetime={date.toISOString()}>{exact ? `${MOMENT.format(date)} UTC` : DAY.format(date)}</time>
}

/** The day in UTC, as an `input type=date` has it; null: none. */
export function dayOf(at: EpochSeconds | null): string {
  return at === null ? '' : new Date(at * 1000).toISOString().slice(0, 10)
}
