import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { nearestShard } from '../../src/authority/nearest-shard.ts'
import { type Bindings, readConfig, type Shard } from '../../src/env.ts'
import { randomId } from '../../src/lib/random.ts'

const production = { ENVIRONMENT: 'production', ISSUER: 'https://id.example', EMAIL_FROM: 'a@example.com' } as const
const withShards = (KEY_SHARDS: string) =>
  readConfig({ ...env, ...production, DOH_RESOLVER: 'https://dns.example/dns-query', KEY_SHARDS } as Bindings)
const from = (continent?: string) => new Request('https://id.example/', { cf: { continent } as CfProperties })

describe('the shard of an account', () => {
  it.each<[string | undefined, Shard]>([
    ['EU', 'weur'],
    ['NA', 'enam'],
    ['SA', 'enam'],
    ['AF', 'weur'],
    ['OC', 'apac'],
    [undefined, 'weur'],
  ])('is the nearest that there is: %s', (continent, shard) => {
    expect(nearestShard(withShards('weur,enam,apac'), from(continent), 'acc_x')).toBe(shard)
  })

  it('is one of several in one place, always the same, and each has its part', () => {
    const config = withShards('weur,weur-2,weur-3,enam')
    const accounts = Array.from({ length: 600 }, () => randomId('acc'))
    const shards = accounts.map((account) => nearestShard(config, from('EU'), account))
    expect(shards).toEqual(accounts.map((account) => nearestShard(config, from('EU'), account)))
    for (const shard of ['weur', 'weur-2', 'weur-3']) {
      expect(shards.filter((one) => one === shard).length).toBeGreaterThan(120)
    }
    expect(nearestShard(config, from('NA'), 'acc_x')).toBe('enam') // control
  })

  it.each(['weur-1', 'weur-0', 'weur-02', 'weur-x', 'weur-2-3', 'mars', '-2'])('is never %s', (name) => {
    expect(() => withShards(name)).toThrow('KEY_SHARDS')
  })
})
