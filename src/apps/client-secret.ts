import { readChecked, withChecksum } from '../lib/checked-credential.ts'
import { sha256 } from '../lib/encoding.ts'
import { randomBase64Url } from '../lib/random.ts'

const PREFIX = 'pst_secret_'
const SECRET_BYTES = 32
const SECRET_LENGTH = 43

/** A new client secret: 32 random bytes. Show it once and keep only {@link hashClientSecret} of it. */
export function newClientSecret(): string {
  return withChecksum(PREFIX + randomBase64Url(SECRET_BYTES))
}

/** What D1 keeps. A fast hash is enough: nobody guesses 256 random bits. */
export function hashClientSecret(secret: string): Promise<string> {
  return sha256(secret)
}

/** Whether we can have issued this at all. A truncated paste ends here, without a read. */
export function isClientSecret(credential: string): boolean {
  return readChecked(credential, PREFIX, SECRET_LENGTH) !== undefined
}
