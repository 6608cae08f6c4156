import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { currentTime } from '../../src/lib/clock.ts'
import { takeBurst, takeLimit } from '../../src/lib/limits.ts'
import { advance } from '../support/workers/time.ts'

const THREE_A_MINUTE = { limit: 3, windowSeconds: 60 }
const FIVE_AN_HOUR = { limit: 5, windowSeconds: 3600 }

let objects = 0
const newObject = () => env.LIMITS.get(env.LIMITS.idFromName(`test:${++objects}`))

const countRows = (stub: ReturnType<typeof newObject>) =>
  runInDurableObject(
    stub,
    (_instance, { storage }) => storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM taken').one().n,
  )

describe('a limit', () => {
  it('lets exactly as many through as it says, however many come at once', async () => {
    const stub = newObject()
    const taken = await Promise.all(Array.from({ length: 50 }, () => stub.take('key', [THREE_A_MINUTE], 0)))
    expect(taken.filter(({ ok }) => ok)).toHaveLength(3)
  })

  it('counts each key for itself', async () => {
    const stub = newObject()
    for (let i = 0; i < 4; i++) await stub.take('full', [THREE_A_MINUTE], 0)
    expect(await stub.take('full', [THREE_A_MINUTE], 0)).toMatchObject({ ok: false })
    expect(await stub.take('other', [THREE_A_MINUTE], 0)).toEqual({ ok: true })
  })

  it('says after how many seconds there is room again, and then there is', async () => {
    const stub = newObject()
    for (const at of [0, 10, 20]) expect(await stub.take('key', [THREE_A_MINUTE], at)).toEqual({ ok: true })
    expect(await stub.take('key', [THREE_A_MINUTE], 25)).toEqual({ ok: false, retryAfterSeconds: 35 })
    expect(await stub.take('key', [THREE_A_MINUTE], 59)).toEqual({ ok: false, retryAfterSeconds: 1 })
    expect(await stub.take('key', [THREE_A_MINUTE], 60)).toEqual({ ok: true })
    expect(await stub.take('key', [THREE_A_MINUTE], 60)).toEqual({ ok: false, retryAfterSeconds: 10 })
  })

  it('does not count what it refused: whoever goes on asking waits no longer for it', async () => {
    const stub = newObject()
    for (let i = 0; i < 3; i++) await stub.take('key', [THREE_A_MINUTE], 0)
    for (let at = 0; at < 60; at++) expect(await stub.take('key', [THREE_A_MINUTE], at)).toMatchObject({ ok: false })
    expect(await stub.take('key', [THREE_A_MINUTE], 60)).toEqual({ ok: true })
  })

  it('of two windows holds for both, and the longer wait is told', async () => {
    const stub = newObject()
    const both = [THREE_A_MINUTE, FIVE_AN_HOUR]
    for (const at of [0, 0, 0]) expect(await stub.take('key', both, at)).toEqual({ ok: true })
    expect(await stub.take('key', both, 1)).toEqual({ ok: false, retryAfterSeconds: 59 })
    for (const at of [60, 60]) expect(await stub.take('key', both, at)).toEqual({ ok: true })
    expect(await stub.take('key', both, 120)).toEqual({ ok: false, retryAfterSeconds: 3480 })
    expect(await stub.take('key', both, 3600)).toEqual({ ok: true })
  })

  it('goes on counting after its object was evicted', async () => {
    const stub = newObject()
    for (let i = 0; i < 3; i++) await stub.take('key', [THREE_A_MINUTE], 0)
    await evictDurableObject(stub)
    expect(await stub.take('key', [THREE_A_MINUTE], 1)).toMatchObject({ ok: false })
  })
})

describe('cleaning up', () => {
  it('deletes what no window reaches any more, and then stops', async () => {
    const stub = newObject()
    await stub.take('short', [THREE_A_MINUTE], currentTime())
    await stub.take('long', [THREE_A_MINUTE, FIVE_AN_HOUR], currentTime())
    advance(61)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(await countRows(stub)).toBe(1)
    advance(3600)
    expect(await runDurableObjectAlarm(stub), 'it goes on for as long as something is left').toBe(true)
    expect(await countRows(stub)).toBe(0)
    expect(await runDurableObjectAlarm(stub), 'and not again').toBe(false)
  })
})

describe('the pool', () => {
  it('counts a key in one place, whoever asks', async () => {
    const now = currentTime()
    for (let i = 0; i < 3; i++) expect(await takeLimit(env, 'pooled', [THREE_A_MINUTE], now)).toEqual({ ok: true })
    expect(await takeLimit(env, 'pooled', [THREE_A_MINUTE], now)).toEqual({ ok: false, retryAfterSeconds: 60 })
    expect(await takeLimit(env, 'another', [THREE_A_MINUTE], now)).toEqual({ ok: true }) // control
  })
})

describe('the stage in front', () => {
  it('stops a flood of one key and says when to come back; others pass', async () => {
    const flood = await Promise.all(Array.from({ length: 300 }, () => takeBurst(env, 'flood')))
    expect(flood).toContainEqual({ ok: false, retryAfterSeconds: 60 })
    expect(flood).toContainEqual({ ok: true })
    expect(await takeBurst(env, 'somebody else')).toEqual({ ok: true })
  })
})
