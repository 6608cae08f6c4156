/** Which ledger, and which grant in it: what a credential names so that one call finds everything. */
export interface GrantReference {
  accountId: string
  grantId: string
}

const ACCOUNT_PREFIX = 'acc_'
const ACCOUNT_LENGTH = 20
const GRANT_LENGTH = 16
export const REFERENCE_LENGTH = ACCOUNT_LENGTH + GRANT_LENGTH

/** Both ids as 36 characters of base64url, which are 27 bytes. */
export function packReference({ accountId, grantId }: GrantReference): string {
  const account = accountId.slice(ACCOUNT_PREFIX.length)
  if (account.length !== ACCOUNT_LENGTH || grantId.length !== GRANT_LENGTH) {
    throw new Error('an account or a grant has an id of another length')
  }
  return account + grantId
}

export function unpackReference(packed: string): GrantReference {
  return {
    accountId: ACCOUNT_PREFIX + packed.slice(0, ACCOUNT_LENGTH),
    grantId: packed.slice(ACCOUNT_LENGTH, REFERENCE_LENGTH),
  }
}
