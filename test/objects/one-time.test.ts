import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { currentTime } from '../../src/lib/clock.ts'
import { advance } from '../support/workers/time.ts'

const QUOTA = { limit: 3, windowSeconds: 60 }
const RIGHT = { answer: 'right', binding: 'here' }

let objects = 0
const newObject = () => env.ONE_TIME.get(env.ONE_TIME.idFromName(`test:${++objects}`))

const countRows = (stub: ReturnType<typeof newObject>) =>
  runInDurableObject(stub, (_instance, { storage }) => {
    const count = (table: string) => storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n
    return { once: count('once'), challenges: count('challenges'), attempts: count('attempts') }
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
  it('is answered by exactly one of fifty', async () => {
    const stub = newObject()
    const quota = { limit: 100, windowSeconds: 60 }
    await stub.challenge('key', { ...RIGHT, expiresAt: 100 }, quota, 0)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => stub.answer('key', RIGHT, quota, 0)))
    expect(outcomes.filter(({ kind }) => kind === 'right')).toHaveLength(1)
  })

  it.each([
    ['a wrong answer', { answer: 'wrong', binding: 'here' }, 'wrong'],
    ['the right answer from elsewhere', { answer: 'right', binding: 'there' }, 'unknown'],
    ['an answer that begins right', { answer: 'righ', binding: 'here' }, 'wrong'],
  ])('is not ended by %s', async (_name, given, kind) => {
    const stub = newObject()
    await stub.challenge('key', { ...RIGHT, expiresAt: 100 }, QUOTA, 0)
    expect(await stub.answer('key', given, QUOTA, 0)).toEqual({ kind, triesLeft: 2 })
    expect(await stub.answer('key', RIGHT, QUOTA, 0)).toEqual({ kind: 'right' }) // control
  })

  it('ends when it expires, and when a new one comes', async () => {
    const stub = newObject()
    await stub.challenge('key', { ...RIGHT, expiresAt: 100 }, QUOTA, 0)
    expect(await stub.answer('key', RIGHT, QUOTA, 100)).toMatchObject({ kind: 'unknown' })
    await stub.challenge('key', { answer: 'newer', binding: 'here', expiresAt: 300 }, QUOTA, 100)
    expect(await stub.answer('key', RIGHT, QUOTA, 100)).toMatchObject({ kind: 'wrong' })
  })

  it('counts challenges and wrong answers apart, each key for itself, and forgets them with the window', async () => {
    const stub = newObject()
    const wrong = { answer: 'wrong', binding: 'here' }
    const ask = (now: number) => stub.challenge('key', { ...RIGHT, expiresAt: now + 10 }, QUOTA, now)
    for (let i = 0; i < 3; i++) expect(await ask(i)).toBe(true)
    expect(await ask(3)).toBe(false)
    for (let i = 0; i < 3; i++) await stub.answer('key', wrong, QUOTA, 3)
    expect(await stub.answer('key', RIGHT, QUOTA, 3)).toEqual({ kind: 'quota' })
    expect(await stub.answer('other', wrong, QUOTA, 3)).toEqual({ kind: 'unknown', triesLeft: 2 })

    expect(await ask(59)).toBe(false)
    expect(await ask(60)).toBe(true)
    expect(await stub.answer('key', RIGHT, QUOTA, 62)).toEqual({ kind: 'quota' })
    expect(await stub.answer('key', RIGHT, QUOTA, 63)).toEqual({ kind: 'right' })
  })
})

describe('cleaning up', () => {
  it('deletes what has ended and keeps what has not', async () => {
    const stub = newObject()
    const now = currentTime()
    await stub.put('short', 'value', now + 10)
    await stub.put('long', 'value', now + 2 * 86_400)
    await stub.challenge('key', { ...RIGHT, expiresAt: now + 10 }, QUOTA, now)
    await stub.answer('nobody asked', RIGHT, QUOTA, now)
    advance(86_401)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(await countRows(stub)).toEqual({ once: 1, challenges: 0, attempts: 0 })
    expect(await runDurableObjectAlarm(stub), 'it goes on for as long as something is left').toBe(true)
  })

  it('comes also where nobody asked anything and only wrong answers were given', async () => {
    const stub = newObject()
    await stub.answer('key', RIGHT, QUOTA, currentTime())
    advance(86_401)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(await countRows(stub)).toMatchObject({ attempts: 0 })
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
