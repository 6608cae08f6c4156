import type { EpochSeconds } from '../lib/clock.ts'
import { GRANT_TYPE_NAMES, type GrantType } from './grant-types.ts'

/** Days since 1970-01-01, UTC. */
export type EpochDay = number

const DAY_SECONDS = 86_400

export interface UsageCount {
  day: EpochDay
  grantType: string
  tokens: number
}

/** One day of a chart, also where nothing happened. */
export interface DayUsage {
  /** `YYYY-MM-DD`. */
  day: string
  tokens: Readonly<Record<GrantType, number>>
}

export function epochDay(at: EpochSeconds): EpochDay {
  return Math.floor(at / DAY_SECONDS)
}

export function isoDate(day: EpochDay): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10)
}

/** The last `days` days up to `today`, oldest first. */
export function fillDays(counts: readonly UsageCount[], today: EpochDay, days: number): DayUsage[] {
  return Array.from({ length: days }, (_, index) => {
    const day = today - days + 1 + index
    const tokensOf = (grantType: GrantType) =>
      counts.find((count) => count.day === day && count.grantType === grantType)?.tokens ?? 0
    const tokens = Object.fromEntries(GRANT_TYPE_NAMES.map((grantType) => [grantType, tokensOf(grantType)]))
    return { day: isoDate(day), tokens: tokens as Record<GrantType, number> }
  })
}
