import type { Bindings } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { callStore, StorageUnavailable } from '../lib/storage.ts'
import type { LedgerOutcome } from './commands.ts'
import type { GrantLedger } from './grant-ledger-object.ts'

/**
 * One call to the ledger of an account that a session, or a credential that we sealed, names: what somebody made up must
 * not create an object.
 * Not repeated when it fails: whether it committed is unknown, and a code presented twice is a replay.
 */
export function callLedger<T>(
  env: Bindings,
  accountId: string,
  call: (ledger: DurableObjectStub<GrantLedger>) => Promise<T>,
): Promise<T> {
  const ledgers = env.GRANT_LEDGER as DurableObjectNamespace<GrantLedger>
  return callStore('GrantLedger', () => call(ledgers.get(ledgers.idFromName(accountId))))
}

/** The value of an outcome, or its refusal as the error that it was inside the ledger. */
export function unwrap<T>(outcome: LedgerOutcome<T>): T {
  if (outcome.ok) return outcome.value
  if (outcome.unavailable) throw new StorageUnavailable('GrantLedger', undefined)
  const { code, reason, detail, scopes } = outcome
  throw new ProtocolError(code, reason, { ...(detail && { detail }), ...(scopes && { scopes }) })
}
