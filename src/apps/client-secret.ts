import { sha256 } from '../lib/encoding.ts'
import { randomBase64Url } from '../lib/random.ts'
import { readSealedCredential, type Sealing, sealCredential } from '../lib/sealed-credential.ts'

const PREFIX = 'pst_secret_'
const SECRET_BYTES = 32
const SECRET_LENGTH = 43

/** A new secret of one app: 32 random bytes, sealed. Show it once and keep only {@link hashClientSecret} of it. */
export function newClientSecret(sealing: Sealing, clientId: string): Promise<string> {
  return sealCredential(sealing, { prefix: PREFIX, owner: clientId }, randomBase64Url(SECRET_BYTES))
}

/** What D1 keeps. A fast hash is enough: nobody guesses 256 random bits. */
export function hashClientSecret(secret: string): Promise<string> {
  return sha256(secret)
}

/** Whether we made this for that app. What we did not make, or made for another, ends here, without a read. */
export async function isClientSecretOf(sealing: Sealing, clientId: string, credential: string): Promise<boolean> {
  const kind = { prefix: PREFIX, owner: clientId }
  return (await readSealedCredential(sealing, kind, SECRET_LENGTH, credential)) !== undefined
}
