import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { authorityStub, createFirstKeys } from '../../src/authority/authority-stub.ts'
import { readConfig } from '../../src/env.ts'
import { ALGORITHMS, type Algorithm } from '../../src/keys/algorithms.ts'
import { keySet } from '../../src/keys/jwks.ts'
import type { KeyRing } from '../../src/keys/key-ring.ts'
import { deleteExpiredKeys } from '../../src/keys/keys-store.ts'
import { unwrap, wrap } from '../../src/lib/wrapping.ts'
import { advance } from '../support/workers/time.ts'
import { wrapUnbound } from '../support/workers/unbound.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const SECRET = readConfig(env).keyWrappingSecrets[0] ?? ''
const CLAIMS = { iss: 'test' }

const now = () => Math.floor(Date.now() / 1000)
type Place = 'weur' | 'enam' | 'apac' | 'sam' | 'afr' | 'oc'

/** The keys of one algorithm in one shard, where they live. */
function objectOf(alg: Algorithm, shard: Place) {
  const stub = authorityStub(env, shard)
  const inRing = <T>(work: (ring: KeyRing) => Promise<T>) =>
    runInDurableObject(stub, (object) => work((object as unknown as { ring: RingOf }).ring(alg, shard)))
  return {
    stub,
    inRing,
    sign: () => inRing((ring) => ring.sign('at+jwt', JSON.stringify(CLAIMS))),
    createFirst: () => inRing((ring) => ring.createFirst()),
    withdraw: (kid: string) => stub.withdrawKey(shard, alg, kid),
    rotate: (actor: string) => stub.rotateKey(shard, alg, actor),
    rows: () =>
      runInDurableObject(stub, (_object, { storage }) =>
        storage.sql.exec('SELECT * FROM keys WHERE alg = ?', alg).toArray(),
      ),
    /** The object rings for what is due: here, for everything. */
    ringAlarm: async () => {
      await runInDurableObject(stub, (_object, { storage }) => {
        storage.sql.exec('UPDATE deadlines SET at_ms = 1')
      })
      await runDurableObjectAlarm(stub)
    },
  }
}
type RingOf = (alg: Algorithm, shard: Place) => KeyRing

async function signWith(alg: Algorithm, shard: Place) {
  const outcome = await objectOf(alg, shard).sign()
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome
}

let question = 0
/** As `/.well-known/jwks.json` would say it; each time as of another second, since an isolate keeps the set for one. */
async function publishedKeys(): Promise<JSONWebKeySet> {
  return JSON.parse(await keySet(env.DB, () => createFirstKeys(env, readConfig(env)), now() + ++question))
}

const publishedKids = async () => (await publishedKeys()).keys.map(({ kid }) => kid)

const thing = (row: Record<string, unknown> | undefined) => ({ purpose: 'signing_key' as const, id: String(row?.kid) })

it('creates one key and its standby for fifty first requests', async () => {
  const stub = objectOf('ES256', 'weur')
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => stub.sign()))

  expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.kid)).size).toBe(1)
  expect((await stub.rows()).map(({ state }) => state)).toEqual(['signing', 'standby'])
  expect(await publishedKids()).toHaveLength(2)
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
  const [row] = await stub.rows()
  const wrapped = String(row?.wrapped)

  expect(await unwrap(thing(row), wrapped, ['another-secret-of-at-least-32-characters'])).toBeUndefined()
  expect((await unwrap(thing(row), wrapped, [SECRET]))?.bytes.byteLength).toBeGreaterThan(100) // control: this is the key
  expect(await unwrap({ ...thing(row), purpose: 'webhook_secret' }, wrapped, [SECRET])).toBeUndefined()
  const held = await stub.inRing(async (ring) => {
    const { key } = await (ring as unknown as { loading: Promise<{ key: CryptoKey }> }).loading
    return { extractable: key.extractable, usages: key.usages }
  })
  expect(held).toEqual({ extractable: false, usages: ['sign'] })
})

it('signs at once with a new key when no secret opens the old one, which stays published', async () => {
  const { kid } = await signWith('ES256', 'weur')
  const stub = objectOf('ES256', 'weur')
  const foreign = await wrap(thing({ kid: 'lost' }), new ArrayBuffer(138), [
    'a-secret-that-was-lost-32-characters-long',
  ])
  await runInDurableObject(stub.stub, (_object, state) => {
    state.storage.sql.exec('UPDATE keys SET wrapped = ?', foreign)
  })
  await evictDurableObject(stub.stub)

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
  const [row] = await stub.rows()
  const key = await unwrap(thing(row), String(row?.wrapped), [SECRET])
  const older = 'an-older-wrapping-secret-of-32-characters'
  const wrapped = await wrap(thing(row), key?.bytes ?? new ArrayBuffer(0), [older])
  await runInDurableObject(stub.stub, (object, state) => {
    state.storage.sql.exec('UPDATE keys SET wrapped = ? WHERE kid = ?', wrapped, String(row?.kid))
    const { config } = object as unknown as { config: { keyWrappingSecrets: string[] } }
    config.keyWrappingSecrets = [SECRET, older]
  })

  await stub.ringAlarm()

  const rewrapped = (await stub.rows()).find(({ kid }) => kid === row?.kid)
  expect(await unwrap(thing(rewrapped), String(rewrapped?.wrapped), [SECRET])).toBeDefined()
})

it('signs with no private key that was put into the row of another', async () => {
  const stub = await startShard('afr')
  const [signing, standby] = await shardKids('afr')
  const moved = (await stub.rows()).find(({ kid }) => kid === standby)
  expect(await unwrap(thing(moved), String(moved?.wrapped), [SECRET])).toBeDefined() // control: at its own place it opens
  expect(await unwrap(thing({ kid: signing }), String(moved?.wrapped), [SECRET])).toBeUndefined()
  await runInDurableObject(stub.stub, (_object, state) => {
    state.storage.sql.exec("UPDATE keys SET wrapped = ? WHERE state = 'signing'", String(moved?.wrapped))
  })
  await evictDurableObject(stub.stub)

  const { kid } = await signWith('ES256', 'afr')

  expect(kid).not.toBe(signing)
})

it('goes on with a key that was wrapped before wrapping bound it, and binds it', async () => {
  const { kid } = await signWith('ES256', 'weur')
  const stub = objectOf('ES256', 'weur')
  const signing = async () => (await stub.rows()).find((row) => row.kid === kid)
  const key = await unwrap(thing({ kid }), String((await signing())?.wrapped), [SECRET])
  const unbound = await wrapUnbound('postern signing key at rest', key?.bytes ?? new ArrayBuffer(0), SECRET)
  await runInDurableObject(stub.stub, (_object, state) => {
    state.storage.sql.exec('UPDATE keys SET wrapped = ? WHERE kid = ?', unbound, kid)
  })
  await evictDurableObject(stub.stub)

  expect((await signWith('ES256', 'weur')).kid).toBe(kid)

  const wrapped = String((await signing())?.wrapped)
  expect(await unwrap(thing({ kid }), wrapped, [SECRET])).toMatchObject({ rewrapped: null })
  expect(await unwrap(thing({ kid: 'another' }), wrapped, [SECRET])).toBeUndefined()
})

it("publishes another shard's first key for a day before it signs", async () => {
  const stub = objectOf('ES256', 'enam')
  expect(await stub.sign()).toEqual({ ok: false, reason: 'not_yet_published' })
  const [waiting] = await shardKids('enam')
  expect(await publishedKids()).toContain(waiting)

  advance(DAY)
  expect((await signWith('ES256', 'enam')).kid).toBe(waiting)
})

it('rotates after ninety days, with a key that was published before, and keeps the old one published', async () => {
  const stub = objectOf('EdDSA', 'apac')
  await stub.createFirst()
  advance(DAY)
  const { kid: first } = await signWith('EdDSA', 'apac')
  const before = await publishedKids()
  advance(88 * DAY)
  await stub.ringAlarm()
  expect((await signWith('EdDSA', 'apac')).kid).toBe(first) // control: not yet

  advance(DAY)
  await stub.ringAlarm()
  const { kid: second } = await signWith('EdDSA', 'apac')

  expect(second).not.toBe(first)
  expect(before).toContain(second)
  expect(await publishedKids()).toContain(first)
  advance(DAY)
  await deleteExpiredKeys(env.DB, now())
  expect(await publishedKids()).not.toContain(first)
})

const findKey = (kid: string) =>
  env.DB.prepare('SELECT kid FROM signing_keys WHERE kid = ? AND withdrawn_at IS NULL').bind(kid).first()

it('takes a withdrawn key out of use at once, and its standby signs', async () => {
  const { kid } = await signWith('RS256', 'weur')
  const stub = objectOf('RS256', 'weur')
  const standby = (await stub.rows()).find(({ state }) => state === 'standby')?.kid
  expect(await findKey(kid)).not.toBeNull() // control

  await stub.withdraw(kid)

  expect(await findKey(kid)).toBeNull()
  expect(await publishedKids()).not.toContain(kid)
  expect((await signWith('RS256', 'weur')).kid).toBe(standby)

  const [third] = (await stub.rows()).filter(({ state }) => state === 'standby')
  expect(await publishedKids()).toContain(third?.kid) // published before it is needed
  await stub.withdraw(String(standby))
  expect((await signWith('RS256', 'weur')).kid).toBe(third?.kid)
})

/** A shard whose keys have been published long enough. */
async function startShard(shard: Place) {
  const stub = objectOf('ES256', shard)
  await stub.createFirst()
  advance(DAY)
  return stub
}

const shardKids = async (shard: string) => {
  const sql =
    'SELECT kid FROM signing_keys WHERE shard = ? AND withdrawn_at IS NULL AND retired_at IS NULL ORDER BY rowid'
  const { results } = await env.DB.prepare(sql).bind(shard).all<{ kid: string }>()
  return results.map(({ kid }) => kid)
}

it('publishes a new key before the last one goes, when there is no standby', async () => {
  const { kid } = await signWith('RS256', 'weur')
  const stub = objectOf('RS256', 'weur')
  await runInDurableObject(stub.stub, (_object, state) => {
    state.storage.sql.exec("DELETE FROM keys WHERE state = 'standby'")
  })

  await stub.withdraw(kid)

  const { kid: replacement } = await signWith('RS256', 'weur')
  expect(await publishedKids()).toContain(replacement)
  expect(await stub.rows()).toHaveLength(2)
})

it('has a standby again right after a rotation, so that the new key may be withdrawn as well', async () => {
  const stub = await startShard('afr')
  expect(await stub.rotate('acc_operator')).toEqual({ ok: true })
  const published = await publishedKids()
  const { kid } = await signWith('ES256', 'afr')

  await stub.withdraw(kid)

  expect(published).toContain((await signWith('ES256', 'afr')).kid)
})

it('makes one standby, whoever finds at the same time that there is none', async () => {
  const stub = await startShard('oc')
  const [, standby] = await shardKids('oc')

  await Promise.all([
    stub.withdraw(String(standby)),
    stub.ringAlarm(),
    stub.rotate('acc_operator'),
    stub.rotate('acc_operator'),
  ])

  expect(await shardKids('oc')).toHaveLength(2)
  expect((await stub.rows()).map(({ kid }) => kid).sort()).toEqual((await shardKids('oc')).sort())
})

it('replaces a standby that no secret opens, before it is needed', async () => {
  const stub = await startShard('sam')
  const [signing, lost] = await shardKids('sam')
  const foreign = await wrap(thing({ kid: 'lost' }), new ArrayBuffer(138), [
    'a-secret-that-was-lost-32-characters-long',
  ])
  await runInDurableObject(stub.stub, (_object, state) => {
    state.storage.sql.exec("UPDATE keys SET wrapped = ? WHERE state = 'standby'", foreign)
  })

  await stub.ringAlarm()

  const [kept, standby] = await shardKids('sam')
  expect(kept).toBe(signing)
  expect(standby).not.toBe(lost)
  expect(await publishedKids()).not.toContain(lost)
})

it('sets an alarm again that was lost', async () => {
  await signWith('ES256', 'weur')
  const stub = objectOf('ES256', 'weur')
  await runInDurableObject(stub.stub, (_object, state) => state.storage.deleteAlarm())
  await evictDurableObject(stub.stub)
  await signWith('ES256', 'weur')
  expect(await runInDurableObject(stub.stub, (_object, state) => state.storage.getAlarm())).not.toBeNull()
})
