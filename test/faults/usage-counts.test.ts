import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { faults } from '../support/workers/faults.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { createWorld, PUBLIC_SETTINGS, SETTINGS, type World } from '../support/workers/world.ts'

afterEach(() => faults.end())

async function connected(settings: Record<string, unknown>) {
  const world = await createWorld(settings)
  const tokens = await connect(world.browser, world.integration)
  const { sub = '' } = decodeJwt(tokens.access_token)
  return { world, refreshToken: tokens.refresh_token, ledger: env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(sub)) }
}

async function countsOf({ app }: World): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare('SELECT grant_type, tokens FROM usage_counts WHERE client_id = ?')
    .bind(app.clientId)
    .all<{ grant_type: string; tokens: number }>()
  return Object.fromEntries(results.map(({ grant_type, tokens }) => [grant_type, tokens]))
}

it('count each token of a public app once: exchange, rotation and repeat', async () => {
  const { world, refreshToken, ledger } = await connected(PUBLIC_SETTINGS)
  const rotated = await refreshWith(refreshToken, world.app)
  await refreshWith(refreshToken, world.app) // the same successor, and another access token
  await refreshWith(rotated.refresh_token ?? '', world.app)
  await runDurableObjectAlarm(ledger)
  expect(await countsOf(world)).toEqual({ authorization_code: 1, refresh_token: 3 })
})

it('count refreshes of a confidential app, which write nothing before the answer', async () => {
  const { world, refreshToken, ledger } = await connected(SETTINGS)
  for (let i = 0; i < 3; i++) await refreshWith(refreshToken, world.app)
  const delivered = () => runDurableObjectAlarm(ledger).then(() => countsOf(world))
  await expect.poll(delivered).toEqual({ authorization_code: 1, refresh_token: 3 })
})

it('count nothing that was refused', async () => {
  const { world, ledger } = await connected(SETTINGS)
  expect((await refreshWith('pst_rt_wrong', world.app)).status).toBe(400)
  await runDurableObjectAlarm(ledger)
  expect(await countsOf(world)).toEqual({ authorization_code: 1 })
})

it.each(['refuse', 'lose_answer'] as const)('count once although D1 used to %s', async (manner) => {
  const { world, refreshToken, ledger } = await connected(PUBLIC_SETTINGS)
  await refreshWith(refreshToken, world.app)
  faults.inject({ store: 'D1', manner, alarms: true })
  await runDurableObjectAlarm(ledger)
  await runDurableObjectAlarm(ledger)
  faults.end()
  expect(takeConsoleErrors().length).toBeGreaterThan(0)
  await runDurableObjectAlarm(ledger)
  await runDurableObjectAlarm(ledger)
  expect(await countsOf(world)).toEqual({ authorization_code: 1, refresh_token: 1 })
})

it('count on while a delivery waits', async () => {
  const { world, refreshToken, ledger } = await connected(PUBLIC_SETTINGS)
  faults.inject({ store: 'D1', manner: 'lose_answer', alarms: true })
  await runDurableObjectAlarm(ledger)
  faults.end()
  takeConsoleErrors()
  await refreshWith(refreshToken, world.app)
  await runDurableObjectAlarm(ledger)
  expect(await countsOf(world)).toEqual({ authorization_code: 1, refresh_token: 1 })
})
