/** The clock of this library, which stands alone: epoch seconds. */
export function systemTime(): number {
  return Math.floor(Date.now() / 1000)
}

/** What jose calls the current date. */
export function toDate(epochSeconds: number): Date {
  return new Date(epochSeconds * 1000)
}
