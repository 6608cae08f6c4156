import { z } from 'zod'

/** The members of the engine's grant record that we read or put back. The rest passes through untouched. */
const grantRecord = z.looseObject({
  refreshTokenId: z.string().optional(),
  refreshTokenWrappedKey: z.string().optional(),
  previousRefreshTokenId: z.string().optional(),
  previousRefreshTokenWrappedKey: z.string().optional(),
})

/** A rotated record without the engine's own grace for the previous token: the ledger has stricter rules. */
export function withoutPreviousToken(written: string): string {
  const record = grantRecord.parse(JSON.parse(written))
  delete record.previousRefreshTokenId
  delete record.previousRefreshTokenWrappedKey
  return JSON.stringify(record)
}

/** The record after a refresh whose token stays the same: the old id and wrapped key are put back. */
export function withTokenKept(written: string, before: string): string {
  const record = grantRecord.parse(JSON.parse(withoutPreviousToken(written)))
  const old = grantRecord.parse(JSON.parse(before))
  return JSON.stringify({
    ...record,
    refreshTokenId: old.refreshTokenId,
    refreshTokenWrappedKey: old.refreshTokenWrappedKey,
  })
}
