import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { authorityStub } from '../../../src/authority/authority-stub.ts'
import type { KeyRing } from '../../../src/keys/key-ring.ts'
import { ACCESS_TOKEN_TYPE } from '../../../src/tokens/access-token.ts'

/** Signs whatever a test makes up, with the key that access tokens are signed with. */
export async function signForged(claims: object): Promise<string> {
  const signed = await runInDurableObject(authorityStub(env, 'weur'), (object) =>
    (object as unknown as { ring: (alg: 'ES256', shard: string) => KeyRing })
      .ring('ES256', 'weur')
      .sign(ACCESS_TOKEN_TYPE, JSON.stringify(claims)),
  )
  if (!signed.ok) throw new Error(signed.reason)
  return signed.jwt
}
