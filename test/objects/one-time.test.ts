import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { currentTime } from '../../src/lib/clock.ts'
import { advance } from '../support/workers/time.ts'

const RIGHT = 'right'
const asked = (expiresAt = 100) => ({ answer: RIGHT, value: 'about', nonce: 'nonce', tries: 3, expiresAt })
const REPEAT = 30

let objects = 0
const newObject = () => env.ONE_TIME.get(env.ONE_TIME.idFromName(`test:${++objects}`))

const countRows = (stub: ReturnType<typeof newObject>) =>
  runInDurableObject(stub, (_instance, { storage }) => {
    const count = (table: string) => storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n
    return { once: count('once'), challenges: count('open_challenges') }
  })

describe('what is put', () => {
  it('is taken by exactly one of fifty', async () => {
    const stub = newObject()
    await stub.put('key', 'value', 100)
    const taken = await Promise.all(Array.from({ length: 50 }, () => stub.take('key', 0)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    expect(await stub.peek('key', 0)).toBeNull()
  })

  it('is there until it expires, and not at that second', async () => {
    const stub = newObject()
    await stub.put('key', 'value', 100)
    expect(await stub.peek('key', 99)).toBe('value') // control
    expect(await stub.peek('key', 100)).toBeNull()
    expect(await stub.take('key', 100)).toBe(false)
    expect(await stub.peek('other', 0)).toBeNull()
  })
})

describe('a challenge', () => {
  it('is answered first by exactly one of fifty, and by the others as its repeats', async () => {
    const stub = newObject()
    await stub.challenge('key', asked(), REPEAT, 0)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => stub.answer('key', RIGHT, REPEAT, 0)))
    expect(outcomes.filter((outcome) => outcome.kind === 'right' && outcome.first)).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome.kind === 'right' && outcome.nonce === 'nonce')).toHaveLength(50)
  })

  it('is answered again by the same answer for a moment, and by nothing else', async () => {
    const stub = newObject()
    await stub.challenge('key', asked(), REPEAT, 0)
    await stub.answer('key', RIGHT, REPEAT, 10)
    expect(await stub.answer('key', RIGHT, REPEAT, 39)).toEqual({ kind: 'right', nonce: 'nonce', first: false })
    expect(await stub.answer('key', 'wrong', REPEAT, 39)).toEqual({ kind: 'unknown' })
    expect(await stub.answer('key', RIGHT, REPEAT, 40)).toEqual({ kind: 'unknown' })
  })

  it.each(['wrong', 'righ', ''])('is not ended by the answer %j', async (given) => {
    const stub = newObject()
    await stub.challenge('key', asked(), REPEAT, 0)
    expect(await stub.answer('key', given, REPEAT, 0)).toEqual({ kind: 'wrong', triesLeft: 2 })
    expect(await stub.answer('key', RIGHT, REPEAT, 0)).toMatchObject({ kind: 'right' }) // control
  })

  it('has as many tries as were given to it, and those of another key are its own', async () => {
    const stub = newObject()
    await stub.challenge('key', asked(), REPEAT, 0)
    await stub.challenge('other', asked(), REPEAT, 0)
    for (const triesLeft of [2, 1, 0, 0]) {
      expect(await stub.answer('key', 'wrong', REPEAT, 0)).toEqual({ kind: 'wrong', triesLeft })
    }
    expect(await stub.answer('key', RIGHT, REPEAT, 0)).toEqual({ kind: 'wrong', triesLeft: 0 })
    expect(await stub.answer('other', RIGHT, REPEAT, 0)).toMatchObject({ kind: 'right' })
  })

  it('ends when it expires, and when a new one comes', async () => {
    const stub = newObject()
    await stub.challenge('key', asked(), REPEAT, 0)
    expect(await stub.answer('key', RIGHT, REPEAT, 100)).toEqual({ kind: 'unknown' })
    await stub.challenge('key', { ...asked(300), answer: 'newer' }, REPEAT, 100)
    expect(await stub.answer('key', RIGHT, REPEAT, 100)).toMatchObject({ kind: 'wrong' })
  })

  it('is asked once, however often it is asked for at the same moment', async () => {
    const stub = newObject()
    const fifty = await Promise.all(Array.from({ length: 50 }, () => stub.challenge('key', asked(), REPEAT, 0)))
    expect(fifty.filter(Boolean)).toHaveLength(1)
    expect(await stub.challenge('key', asked(), REPEAT, 29)).toBe(false)
    expect(await stub.challenge('key', asked(), REPEAT, 30)).toBe(true)
  })

  it('is asked anew at once when the former has no tries left, or was answered', async () => {
    const stub = newObject()
    await stub.challenge('tried', asked(), REPEAT, 0)
    for (let i = 0; i < 3; i++) await stub.answer('tried', 'wrong', REPEAT, 0)
    expect(await stub.peekChallenge('tried', 0)).toBeNull()
    expect(await stub.challenge('tried', asked(), REPEAT, 1)).toBe(true)
    await stub.challenge('answered', asked(), REPEAT, 0)
    expect(await stub.peekChallenge('answered', 0)).toEqual({ value: 'about', askedAt: 0 }) // control
    await stub.answer('answered', RIGHT, REPEAT, 0)
    expect(await stub.peekChallenge('answered', 0)).toBeNull()
    expect(await stub.challenge('answered', asked(), REPEAT, 1)).toBe(true)
  })
})

describe('cleaning up', () => {
  it('deletes what has ended and keeps what has not', async () => {
    const stub = newObject()
    const now = currentTime()
    await stub.put('short', 'value', now + 10)
    await stub.put('long', 'value', now + 2 * 86_400)
    await stub.challenge('key', asked(now + 10), REPEAT, now)
    advance(86_401)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(await countRows(stub)).toEqual({ once: 1, challenges: 0 })
    expect(await runDurableObjectAlarm(stub), 'it goes on for as long as something is left').toBe(true)
  })

  it('comes also where only a challenge was asked, and a try without one leaves nothing behind', async () => {
    const stub = newObject()
    for (let i = 0; i < 100; i++) await stub.answer(`made up ${i}`, RIGHT, REPEAT, currentTime())
    expect(await countRows(stub)).toEqual({ once: 0, challenges: 0 })
    await stub.challenge('key', asked(currentTime() + 10), REPEAT, currentTime())
    advance(86_401)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(await countRows(stub)).toEqual({ once: 0, challenges: 0 })
    expect(await runDurableObjectAlarm(stub), 'and not again').toBe(false)
  })

  it('is not put off by use: a new instance leaves the alarm where it was', async () => {
    const stub = newObject()
    const alarmTime = () => runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm())
    await stub.put('first', 'value', currentTime() + 1000)
    const first = await alarmTime()
    await evictDurableObject(stub)
    advance(300)
    await stub.put('second', 'value', currentTime() + 1000)
    expect(await alarmTime()).toBe(first)
  })
})
