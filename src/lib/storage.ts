/** A store did not answer. Every edge turns it into 503 with `Retry-After`: nothing is lost, try again. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
  readonly store: Store

  constructor(store: Store, cause: unknown) {
    super(`${store} did not answer`, { cause })
    this.store = store
  }
}

/** A store answered that the request itself is wrong: ours to mend, and trying again would not help. */
export class StorageDefect extends Error {
  override readonly name = 'StorageDefect'
  readonly store: Store

  constructor(store: Store, cause: unknown) {
    super(`${store} refused what it was asked`, { cause })
    this.store = store
  }
}

export type Store = 'D1' | 'KV' | 'GrantLedger' | 'Authority' | 'OneTime' | 'Limits' | 'Workflows' | 'Queues'

/**
 * Names the failure of a store: unavailable, unless it says itself that what it was asked is wrong. Expected outcomes
 * are values, so whatever is thrown here is unexpected. Says nothing of a failure that the store does not explain.
 */
export async function callStore<T>(store: Store, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw isDefect(cause) ? new StorageDefect(store, cause) : new StorageUnavailable(store, cause)
  }
}

/** As SQLite, D1 and KV word it; their errors have no codes. */
const DEFECTS = [
  /no such (table|column|function)|syntax error|ambiguous column|has no column named/,
  /constraint failed|datatype mismatch|SQLITE_(ERROR|CONSTRAINT|MISMATCH|RANGE|TOOBIG)/,
  /pattern too complex|too many SQL variables|string or blob too big|wrong number of (bindings|parameter)/i,
  /D1_TYPE_ERROR|D1_COLUMN_NOTFOUND/,
  /^KV \w+ failed: 4(?!29)\d\d/,
]

function isDefect(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  return cause instanceof TypeError || DEFECTS.some((defect) => defect.test(cause.message))
}

/** D1 reports a constraint only in the message; the caller decides whether it is a conflict. */
export function isUniqueViolation(error: unknown): boolean {
  return isRefusedWith(error, 'UNIQUE constraint failed')
}

/** The words of a constraint, or those that a trigger of schema.sql raises. */
export function isRefusedWith(error: unknown, words: string): boolean {
  const cause = error instanceof StorageDefect ? error.cause : error
  return cause instanceof Error && cause.message.includes(words)
}
