/** A store did not answer. Every edge turns it into 503 with `Retry-After`: nothing is lost, try again. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
  readonly store: Store

  constructor(store: Store, cause: unknown) {
    super(`${store} did not answer`, { cause })
    this.store = store
  }
}

export type Store = 'D1' | 'KV' | 'GrantLedger' | 'SigningKeys' | 'OneTime' | 'Workflows' | 'Queues'

/** Names the failure of a store. Expected outcomes are values, so whatever is thrown here is unexpected. */
export async function reach<T>(store: Store, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new StorageUnavailable(store, cause)
  }
}

/** D1 reports a constraint only in the message; the caller decides whether it is a conflict. */
export function isUniqueViolation(error: unknown): boolean {
  const cause = error instanceof StorageUnavailable ? error.cause : error
  return cause instanceof Error && cause.message.includes('UNIQUE constraint failed')
}
