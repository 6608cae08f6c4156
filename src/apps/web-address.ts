const MAX_LENGTH = 2000

/** A page or picture of the app, shown to people: https, so that nobody on the way changes it. */
export function findWebAddressProblem(written: string): string | undefined {
  if (written.length > MAX_LENGTH) return `An address has at most ${MAX_LENGTH} characters.`
  if (/[^\x21-\x7e]|\\/.test(written) || !URL.canParse(written)) return 'This is not an absolute https address.'
  const url = new URL(written)
  if (url.protocol !== 'https:') return 'The address must start with https://.'
  if (url.username || url.password) return 'The address holds no user name and no password.'
  return undefined
}
