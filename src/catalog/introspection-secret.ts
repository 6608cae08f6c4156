import { randomBase64Url } from '../lib/random.ts'
import { readSealedCredential, type Sealing, sealCredential } from '../lib/sealed-credential.ts'

const PREFIX = 'pst_resource_'
const SECRET_BYTES = 32
const SECRET_LENGTH = 43

/** A new secret that a resource shows at /introspect: 32 random bytes, sealed for its introspection id. */
export function newIntrospectionSecret(sealing: Sealing, introspectionId: string): Promise<string> {
  return sealIntrospectionSecret(sealing, introspectionId, randomBase64Url(SECRET_BYTES))
}

/** One whose 43 characters are chosen: for what is seeded in development, and known from the start. */
export function sealIntrospectionSecret(sealing: Sealing, introspectionId: string, body: string): Promise<string> {
  return sealCredential(sealing, { prefix: PREFIX, owner: introspectionId }, body)
}

/** Whether we made this for that resource. What we did not make, or made for another, ends here, without a read. */
export async function isIntrospectionSecretOf(
  sealing: Sealing,
  introspectionId: string,
  credential: string,
): Promise<boolean> {
  const kind = { prefix: PREFIX, owner: introspectionId }
  return (await readSealedCredential(sealing, kind, SECRET_LENGTH, credential)) !== undefined
}
