/** `in a minute`, `in 12 minutes`, `in 3 hours`: rounded up, so that it is true. */
export function inWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  if (minutes <= 1) return 'in a minute'
  const hours = Math.ceil(minutes / 60)
  return minutes < 60 ? `in ${minutes} minutes` : hours === 1 ? 'in an hour' : `in ${hours} hours`
}
