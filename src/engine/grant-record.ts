/** The members of the engine's grant record that we read or put back. The rest passes through untouched. */
interface GrantRecord {
  refreshTokenId?: string
  refreshTokenWrappedKey?: string
  previousRefreshTokenId?: string
  previousRefreshTokenWrappedKey?: string
}

/** A rotated record without the engine's own grace for the previous token: the ledger has stricter rules. */
export function withoutPreviousToken(written: string): string {
  return JSON.stringify(forgetPrevious(parseRecord(written)))
}

/** The record after a refresh whose token stays the same: the old id and wrapped key are put back. */
export function withTokenKept(written: string, before: string): string {
  const { refreshTokenId, refreshTokenWrappedKey } = parseRecord(before)
  return JSON.stringify({ ...forgetPrevious(parseRecord(written)), refreshTokenId, refreshTokenWrappedKey })
}

/** Only the engine writes it, a moment ago or into the ledger's own storage; a contract test holds what it writes. */
function parseRecord(record: string): GrantRecord {
  return JSON.parse(record) as GrantRecord
}

function forgetPrevious(record: GrantRecord): GrantRecord {
  const { previousRefreshTokenId: _id, previousRefreshTokenWrappedKey: _key, ...rest } = record
  return rest
}
