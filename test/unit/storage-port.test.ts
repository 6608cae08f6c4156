import { describe, expect, it } from 'vitest'
import { ENGINE_PREFIXES, StoragePort } from '../../src/engine/storage-port.ts'
import { currentTime } from '../../src/lib/clock.ts'

/** A port that keeps what it was given, as an object that the engine could misuse. */
function portOver(kept: Record<string, { value: string; expiresAt: number | null }>) {
  const port = new StoragePort({
    'grant:': {
      get: (key) => kept[key]?.value ?? null,
      put: (key, value, expiresAt) => {
        kept[key] = { value, expiresAt }
      },
    },
  })
  return port as unknown as Record<'get' | 'put' | 'delete' | 'list', (...args: unknown[]) => Promise<unknown>>
}

describe('the storage port', () => {
  it('reads text and JSON, and null for what is not there', async () => {
    const port = portOver({ 'grant:a:b': { value: '{"n":1}', expiresAt: null } })
    expect(await port.get('grant:a:b')).toBe('{"n":1}')
    expect(await port.get('grant:a:b', { type: 'json' })).toEqual({ n: 1 })
    expect(await port.get('grant:a:c', { type: 'json' })).toBeNull()
  })

  it('tells its stores when a record expires, however the engine said it', async () => {
    const kept: Parameters<typeof portOver>[0] = {}
    const port = portOver(kept)
    await port.put('grant:a:1', 'x')
    await port.put('grant:a:2', 'x', { expiration: 1234, metadata: {} })
    await port.put('grant:a:3', 'x', { expirationTtl: 60 })
    expect(kept['grant:a:1']?.expiresAt).toBeNull()
    expect(kept['grant:a:2']?.expiresAt).toBe(1234)
    expect(Math.abs((kept['grant:a:3']?.expiresAt ?? 0) - currentTime() - 60)).toBeLessThanOrEqual(1)
  })

  it.each(['user:', 'grants:', 'GRANT:', 'cimd:', ''])('throws on the unknown prefix "%s"', async (prefix) => {
    const port = portOver({})
    await expect(port.get(`${prefix}a`)).rejects.toThrow('unknown prefix')
    await expect(port.put(`${prefix}a`, 'x')).rejects.toThrow('unknown prefix')
    await expect(port.delete(`${prefix}a`)).rejects.toThrow('unknown prefix')
  })

  it('throws on every prefix and method that is not offered', async () => {
    const port = portOver({})
    for (const prefix of ENGINE_PREFIXES) {
      await expect(port.delete(`${prefix}a`)).rejects.toThrow('not offered here')
      if (prefix !== 'grant:') await expect(port.get(`${prefix}a`)).rejects.toThrow('not offered here')
    }
  })

  it('throws when the engine lists', async () => {
    await expect(portOver({}).list({ prefix: 'grant:' })).rejects.toThrow('listed keys')
  })

  it('throws on an option that it would not honour', async () => {
    const port = portOver({})
    await expect(port.get('grant:a', { type: 'json', cacheTtl: 60 })).rejects.toThrow('unknown options cacheTtl')
    await expect(port.put('grant:a', 'x', { onlyIf: 'absent' })).rejects.toThrow('unknown options onlyIf')
  })
})
