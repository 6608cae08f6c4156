import { describe, expect, it } from 'vitest'
import { isClientSecretOf, newClientSecret } from '../../src/apps/client-secret.ts'
import { isIntrospectionSecretOf, newIntrospectionSecret } from '../../src/catalog/introspection-secret.ts'
import { crc32 } from '../../src/lib/encoding.ts'
import { randomBase64Url } from '../../src/lib/random.ts'
import { readSealedCredential, type Sealing, sealCredential } from '../../src/lib/sealed-credential.ts'
import { formatGrantCredential, parseGrantCredential } from '../../src/tokens/grant-credential.ts'
import { newTokenId, openTokenId } from '../../src/tokens/token-id.ts'

const ISSUER = 'https://id.example'
const [FIRST, SECOND, THIRD] = ['first', 'second', 'third'].map((name) => `${name}-credential-secret-of-the-deployment`)
const deployment = (...credentialSecrets: (string | undefined)[]): Sealing => ({
  issuer: ISSUER,
  credentialSecrets: credentialSecrets.map(String),
})
const sealing = deployment(FIRST)
const elsewhere: Sealing = { ...sealing, issuer: 'https://other.example' }

const REFERENCE = { accountId: `acc_${'a'.repeat(20)}`, grantId: 'g'.repeat(16) }
const ENGINE_TOKEN = `${REFERENCE.accountId}:${REFERENCE.grantId}:${'s'.repeat(32)}`

interface Kind {
  make: (sealing: Sealing) => Promise<string>
  /** Whether it is read as what it was. */
  opens: (sealing: Sealing, credential: string) => Promise<boolean>
}

const KINDS: [string, Kind][] = [
  [
    'an authorization code',
    {
      make: (by) => formatGrantCredential(by, 'authorizationCode', ENGINE_TOKEN),
      opens: async (by, code) =>
        (await parseGrantCredential(by, 'authorizationCode', code))?.engineToken === ENGINE_TOKEN,
    },
  ],
  [
    'a refresh token',
    {
      make: (by) => formatGrantCredential(by, 'refreshToken', ENGINE_TOKEN),
      opens: async (by, token) => (await parseGrantCredential(by, 'refreshToken', token))?.engineToken === ENGINE_TOKEN,
    },
  ],
  [
    'a client secret',
    { make: (by) => newClientSecret(by, 'app_a'), opens: (by, secret) => isClientSecretOf(by, 'app_a', secret) },
  ],
  [
    'an introspection secret',
    {
      make: (by) => newIntrospectionSecret(by, 'resource_a'),
      opens: (by, secret) => isIntrospectionSecretOf(by, 'resource_a', secret),
    },
  ],
  [
    'the id of an access token',
    {
      make: (by) => newTokenId(by, REFERENCE),
      opens: async (by, id) => {
        const { accountId, grantId } = (await openTokenId(by, id)) ?? {}
        return accountId === REFERENCE.accountId && grantId === REFERENCE.grantId
      },
    },
  ],
]

describe.each(KINDS)('%s', (_name, { make, opens }) => {
  it('is read by who made it, and is never the same twice', async () => {
    const [one, other] = [await make(sealing), await make(sealing)]
    expect(await opens(sealing, one)).toBe(true)
    expect(await opens(sealing, other)).toBe(true)
    expect(one).not.toBe(other)
  })

  it('goes on working while its secret is listed, wherever in the list', async () => {
    const credential = await make(deployment(SECOND))
    for (const listed of [[SECOND], [FIRST, SECOND], [SECOND, FIRST], [FIRST, THIRD, SECOND]]) {
      expect(await opens(deployment(...listed), credential)).toBe(true)
    }
  })

  it('is refused once its secret is no longer listed', async () => {
    const credential = await make(deployment(SECOND, FIRST))
    expect(await opens(deployment(FIRST, SECOND), credential)).toBe(true) // control
    expect(await opens(deployment(FIRST, THIRD), credential)).toBe(false)
  })

  it('is made with the first of the list', async () => {
    const credential = await make(deployment(SECOND, FIRST))
    expect(await opens(deployment(SECOND), credential)).toBe(true)
    expect(await opens(deployment(FIRST), credential)).toBe(false)
  })

  it('is worth nothing at another issuer with the same secrets', async () => {
    const credential = await make(sealing)
    expect(await opens(elsewhere, credential)).toBe(false)
    expect(await opens(elsewhere, await make(elsewhere))).toBe(true) // control
  })

  it('is refused when any character of it was changed, also with its checksum set right again', async () => {
    const credential = await make(sealing)
    for (let at = 0; at < credential.length - 1; at++) {
      const changed = credential.slice(0, at) + (credential[at] === 'A' ? 'B' : 'A') + credential.slice(at + 1)
      expect(await opens(sealing, changed)).toBe(false)
      if (at < credential.length - 6) expect(await opens(sealing, withChecksum(changed.slice(0, -6)))).toBe(false)
    }
    expect(await opens(sealing, withChecksum(credential.slice(0, -6)))).toBe(credential.startsWith('pst_')) // control
  })

  it('is refused when it was cut or made longer', async () => {
    const credential = await make(sealing)
    for (let length = 0; length < credential.length; length++) {
      expect(await opens(sealing, credential.slice(0, length))).toBe(false)
      if (length > 6) expect(await opens(sealing, withChecksum(credential.slice(0, length - 6)))).toBe(false)
    }
    for (const longer of [`${credential}A`, ` ${credential}`, `${credential}\n`, credential + credential]) {
      expect(await opens(sealing, longer)).toBe(false)
    }
  })

  it('is read as no other kind', async () => {
    const credential = await make(sealing)
    const read = await Promise.all(KINDS.map(([, kind]) => kind.opens(sealing, credential)))
    expect(read.filter(Boolean)).toHaveLength(1)
  })
})

describe('the seal of a secret', () => {
  it('is for one owner, however the owner is spelled', async () => {
    const secret = await newClientSecret(sealing, 'app_a')
    expect(await isClientSecretOf(sealing, 'app_a', secret)).toBe(true) // control
    for (const other of ['app_b', 'app_A', 'app_a ', 'app_a\n', '\napp_a', '', 'app_a\u0000']) {
      expect(await isClientSecretOf(sealing, other, secret)).toBe(false)
    }
  })

  it('does not move between prefix and body', async () => {
    const credential = await sealCredential(sealing, { prefix: 'pst_x_', owner: 'app_a' }, 'b'.repeat(43))
    const read = (prefix: string, bodyLength: number) =>
      readSealedCredential(sealing, { prefix, owner: 'app_a' }, bodyLength, credential)
    expect(await read('pst_x_', 43)).toBe('b'.repeat(43)) // control
    expect(await read('pst_x_', 42)).toBeUndefined()
    expect(await read('pst_', 45)).toBeUndefined()
  })

  it('cannot be computed from what stands in the source', async () => {
    const body = `pst_secret_${randomBase64Url(32)}`
    const made = withChecksum(body + randomBase64Url(12))
    expect(made).toHaveLength((await newClientSecret(sealing, 'app_a')).length) // control: only the seal is wrong
    expect(await isClientSecretOf(sealing, 'app_a', made)).toBe(false)
  })
})

it('tells nobody which account an access token is of by its id', async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, () => newTokenId(sealing, REFERENCE)))
  expect(new Set(ids.map((id) => id.slice(0, 16))).size).toBe(50)
  for (const id of ids) expect(atob(id.replaceAll('-', '+').replaceAll('_', '/'))).not.toContain('aaaa')
})

it('seals nothing for an account or a grant whose id has another length', async () => {
  await expect(newTokenId(sealing, { ...REFERENCE, accountId: 'acc_short' })).rejects.toThrow('another length')
  await expect(formatGrantCredential(sealing, 'refreshToken', `${ENGINE_TOKEN}x`)).rejects.toThrow('format')
})

it('refuses to seal without a secret', async () => {
  await expect(sealCredential(deployment(), { prefix: 'pst_x_', owner: '' }, 'b')).rejects.toThrow(TypeError)
  await expect(newTokenId(deployment(), REFERENCE)).rejects.toThrow(TypeError)
})

function withChecksum(text: string): string {
  return text + crc32(text)
}
