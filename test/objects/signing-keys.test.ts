import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/env.ts'
import { ALGORITHMS, type Algorithm } from '../../src/keys/algorithms.ts'
import { keySet } from '../../src/keys/jwks.ts'
import { deleteExpiredKeys, verificationKeyStatement } from '../../src/keys/keys-store.ts'
import { signingKeysOf, signJwt } from '../../src/keys/signing-keys.ts'
import { unwrap, wrap } from '../../src/lib/wrapping.ts'
import { advance } from '../support/workers/time.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const SECRET = readConfig(env).keyWrappingSecrets[0] ?? ''
const CLAIMS = { iss: 'test' }

const now = () => Math.floor(Date.now() / 1000)
const input = (alg: Algorithm, shard: string) => ({ alg, shard, typ: 'at+jwt', claims: JSON.stringify(CLAIMS) })
const objectOf = (alg: Algorithm, shard: 'weur' | 'enam' | 'apac' | 'sam' | 'afr' | 'oc') =>
  signingKeysOf(env, alg, shard)

async function signWith(alg: Algorithm, shard: Parameters<typeof objectOf>[1]) {
  const outcome = await objectOf(alg, shard).sign(input(alg, shard))
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome
}

let question = 0
/** As `/.well-known/jwks.json` would say it; each time as of another second, since an isolate keeps the set for one. */
async function publishedKeys(): Promise<JSONWebKeySet> {
  return JSON.parse(await keySet(env.DB, now() + ++question))
}

const publishedKids = async () => (await publishedKeys()).keys.map(({ kid }) => kid)

const rows = (stub: ReturnType<typeof objectOf>) =>
  runInDurableObject(stub, (_object, state) => state.storage.sql.exec('SELECT * FROM keys').toArray())

it('creates one key for fifty first requests', async () => {
  const stub = objectOf('ES256', 'weur')
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => stub.sign(input('ES256', 'weur'))))

  expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.kid)).size).toBe(1)
  expect(await rows(stub)).toHaveLength(1)
  expect(await publishedKids()).toHaveLength(1)
})

it.each(ALGORITHMS)('signs so that anybody can verify with the published keys: %s', async (alg) => {
  const { jwt } = await signWith(alg, 'weur')
  const keys = createLocalJWKSet(await publishedKeys())
  const { protectedHeader } = await jwtVerify(jwt, keys, { issuer: 'test', typ: 'at+jwt', algorithms: [alg] })
  expect(protectedHeader.alg).toBe(alg)
})

it('keeps the private key in its object, wrapped by a secret that is not there', async () => {
  await signWith('ES256', 'weur')
  const stub = objectOf('ES256', 'weur')
  const [row] = await rows(stub)
  const wrapped = String(row?.wrapped)

  expect(await unwrap('signing_key', wrapped, ['another-secret-of-at-least-32-characters'])).toBeUndefined()
  expect((await unwrap('signing_key', wrapped, [SECRET]))?.bytes.byteLength).toBeGreaterThan(100) // control: this is the key
  expect(await unwrap('webhook_secret', wrapped, [SECRET])).toBeUndefined()
  const held = await runInDurableObject(stub, async (object) => {
    const { key } = await (object as unknown as { loading: Promise<{ key: CryptoKey }> }).loading
    return { extractable: key.extractable, usages: key.usages }
  })
  expect(held).toEqual({ extractable: false, usages: ['sign'] })
})

it('signs at once with a new key when no secret opens the old one, which stays published', async () => {
  const { kid } = await signWith('ES256', 'weur')
  const stub = objectOf('ES256', 'weur')
  const foreign = await wrap('signing_key', new ArrayBuffer(138), ['a-secret-that-was-lost-32-characters-long'])
  await runInDurableObject(stub, (_object, state) => {
    state.storage.sql.exec('UPDATE keys SET wrapped = ?', foreign)
  })
  await evictDurableObject(stub)

  const { kid: replacement } = await signWith('ES256', 'weur')

  expect(replacement).not.toBe(kid)
  expect(await publishedKids()).toEqual(expect.arrayContaining([kid, replacement]))
  const event = await env.DB.prepare("SELECT reason FROM audit_events WHERE event = 'key.unwrap_failed'").first(
    'reason',
  )
  expect(event).toBe(kid)
})

it('wraps its keys anew under the newest secret, by alarm', async () => {
  await signWith('ES256', 'weur')
  const stub = objectOf('ES256', 'weur')
  const [row] = await rows(stub)
  const key = await unwrap('signing_key', String(row?.wrapped), [SECRET])
  const older = 'an-older-wrapping-secret-of-32-characters'
  const wrapped = await wrap('signing_key', key?.bytes ?? new ArrayBuffer(0), [older])
  await runInDurableObject(stub, (object, state) => {
    state.storage.sql.exec('UPDATE keys SET wrapped = ? WHERE kid = ?', wrapped, String(row?.kid))
    const { config } = object as unknown as { config: { keyWrappingSecrets: string[] } }
    config.keyWrappingSecrets = [SECRET, older]
  })

  await runDurableObjectAlarm(stub)

  const rewrapped = (await rows(stub)).find(({ kid }) => kid === row?.kid)
  expect(await unwrap('signing_key', String(rewrapped?.wrapped), [SECRET])).toBeDefined()
})

it("publishes another shard's first key for a day before it signs; the first shard signs meanwhile", async () => {
  const config = { ...readConfig(env), keyShards: ['weur', 'enam'] as const }
  const first = await signWith('ES256', 'weur')
  const during = await signJwt(env, config, { alg: 'ES256', shard: 'enam' }, 'at+jwt', CLAIMS)
  expect(during.kid).toBe(first.kid)
  const waiting = await env.DB.prepare("SELECT kid FROM signing_keys WHERE shard = 'enam'").first('kid')
  expect(await publishedKids()).toContain(waiting)

  advance(DAY)
  const after = await signJwt(env, config, { alg: 'ES256', shard: 'enam' }, 'at+jwt', CLAIMS)
  expect(after.kid).toBe(waiting)
})

it('rotates after ninety days, with a key that was published before, and keeps the old one published', async () => {
  const { kid: first } = await signWith('EdDSA', 'weur')
  const stub = objectOf('EdDSA', 'weur')
  await runDurableObjectAlarm(stub) // an hour later: the standby
  const before = await publishedKids()
  advance(89 * DAY)
  await runDurableObjectAlarm(stub)
  expect((await signWith('EdDSA', 'weur')).kid).toBe(first) // control: not yet

  advance(DAY)
  await runDurableObjectAlarm(stub)
  const { kid: second } = await signWith('EdDSA', 'weur')

  expect(second).not.toBe(first)
  expect(before).toContain(second)
  expect(await publishedKids()).toContain(first)
  advance(DAY)
  await deleteExpiredKeys(env.DB, now())
  expect(await publishedKids()).not.toContain(first)
})

it('takes a withdrawn key out of use at once, and its standby signs', async () => {
  const { kid } = await signWith('RS256', 'weur')
  const stub = objectOf('RS256', 'weur')
  await runDurableObjectAlarm(stub)
  const standby = (await rows(stub)).find(({ state }) => state === 'standby')?.kid
  expect(await verificationKeyStatement(env.DB, kid).first()).not.toBeNull() // control

  await stub.withdraw(kid)

  expect(await verificationKeyStatement(env.DB, kid).first()).toBeNull()
  expect(await publishedKids()).not.toContain(kid)
  expect((await signWith('RS256', 'weur')).kid).toBe(standby)

  await stub.withdraw(String(standby)) // no standby is left
  const { kid: third } = await signWith('RS256', 'weur')
  expect(await publishedKids()).toContain(third)
})

it('sets an alarm again that was lost', async () => {
  await signWith('ES256', 'weur')
  const stub = objectOf('ES256', 'weur')
  await runInDurableObject(stub, (_object, state) => state.storage.deleteAlarm())
  await evictDurableObject(stub)
  await signWith('ES256', 'weur')
  expect(await runInDurableObject(stub, (_object, state) => state.storage.getAlarm())).not.toBeNull()
})
