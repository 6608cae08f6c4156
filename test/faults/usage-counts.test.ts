import { env } from 'cloudflare:workers'
import { afterEach, expect, it } from 'vitest'
import { ringAuthority } from '../support/workers/authority-alarm.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { faults } from '../support/workers/faults.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { createWorld, PUBLIC_SETTINGS, SETTINGS, type World } from '../support/workers/world.ts'

afterEach(() => faults.end())

async function connected(settings: Record<string, unknown>) {
  const world = await createWorld(settings)
  const tokens = await connect(world.browser, world.integration)
  return { world, refreshToken: tokens.refresh_token }
}

async function countsOf({ app }: World): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare('SELECT grant_type, tokens FROM usage_counts WHERE client_id = ?')
    .bind(app.clientId)
    .all<{ grant_type: string; tokens: number }>()
  return Object.fromEntries(results.map(({ grant_type, tokens }) => [grant_type, tokens]))
}

it('count each token of a public app once: exchange, rotation and repeat', async () => {
  const { world, refreshToken } = await connected(PUBLIC_SETTINGS)
  const rotated = await refreshWith(refreshToken, world.app)
  await refreshWith(refreshToken, world.app) // the same successor, and another access token
  await refreshWith(rotated.refresh_token ?? '', world.app)
  await ringAuthority()
  expect(await countsOf(world)).toEqual({ authorization_code: 1, refresh_token: 3 })
})

it('count refreshes of a confidential app, which write nothing before the answer', async () => {
  const { world, refreshToken } = await connected(SETTINGS)
  for (let i = 0; i < 3; i++) await refreshWith(refreshToken, world.app)
  await ringAuthority()
  expect(await countsOf(world)).toEqual({ authorization_code: 1, refresh_token: 3 })
})

it('tell D1 once of four hundred tokens, and when the secret was last used', async () => {
  const { world, refreshToken } = await connected(SETTINGS)
  await ringAuthority()
  const { operations } = await faults.watch(async () => {
    for (let i = 0; i < 40; i++) {
      await Promise.all(Array.from({ length: 10 }, () => refreshWith(refreshToken, world.app)))
    }
    await ringAuthority()
  })
  const writes = operations.filter(({ store, place }) => store === 'KV' || (store === 'D1' && place !== 'Authority'))
  expect(writes).toEqual([])
  // The questions what changed, one in two and a half seconds, and the delivery.
  const delivered = operations.filter(({ store, byAlarm }) => store === 'D1' && byAlarm)
  expect(delivered).toHaveLength(1)
  expect(await countsOf(world)).toEqual({ authorization_code: 1, refresh_token: 400 })
  const lastUse = 'SELECT last_used_at FROM app_secrets WHERE client_id = ?'
  expect(await env.DB.prepare(lastUse).bind(world.app.clientId).first('last_used_at')).toEqual(expect.any(Number))
}, 60_000)

it('count nothing that was refused', async () => {
  const { world } = await connected(SETTINGS)
  expect((await refreshWith('pst_rt_wrong', world.app)).status).toBe(400)
  await ringAuthority()
  expect(await countsOf(world)).toEqual({ authorization_code: 1 })
})

it.each(['refuse', 'lose_answer'] as const)('count once although D1 used to %s', async (manner) => {
  const { world, refreshToken } = await connected(PUBLIC_SETTINGS)
  await refreshWith(refreshToken, world.app)
  faults.inject({ store: 'D1', manner, alarms: true })
  await ringAuthority()
  await ringAuthority()
  faults.end()
  expect(takeConsoleErrors().length).toBeGreaterThan(0)
  await ringAuthority()
  await ringAuthority()
  expect(await countsOf(world)).toEqual({ authorization_code: 1, refresh_token: 1 })
})

it('count on while a delivery waits', async () => {
  const { world, refreshToken } = await connected(PUBLIC_SETTINGS)
  faults.inject({ store: 'D1', manner: 'lose_answer', alarms: true })
  await ringAuthority()
  faults.end()
  takeConsoleErrors()
  await refreshWith(refreshToken, world.app)
  await ringAuthority()
  expect(await countsOf(world)).toEqual({ authorization_code: 1, refresh_token: 1 })
})
