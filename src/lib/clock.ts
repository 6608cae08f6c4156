/** Seconds since 1970-01-01T00:00:00Z, the unit of every time in Postern. */
export type EpochSeconds = number

/** The only clock of the server. Everything below an edge takes `now` as an argument. */
export function currentTime(): EpochSeconds {
  return Math.floor(Date.now() / 1000)
}

/** ISO 8601, for files and wires that ask for it. */
export function toIsoTime(at: EpochSeconds): string {
  return new Date(at * 1000).toISOString()
}

/** For what counts finer than a second: alarms and outbox pacing. */
export function currentTimeMs(): number {
  return Date.now()
}
