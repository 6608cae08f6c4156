import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { newClientSecret } from '../../src/apps/client-secret.ts'
import { listRefusalCounts } from '../../src/apps/refusal-counts-store.ts'
import { listTokenErrors, MAX_ERRORS_PER_REASON, noteTokenErrorsStatements } from '../../src/apps/token-errors-store.ts'
import { readConfig } from '../../src/env.ts'
import { exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { createWorld, PUBLIC_SETTINGS, SETTINGS, type World } from '../support/workers/world.ts'

const FLOOD = 105

const errorsOf = ({ app }: World) => listTokenErrors(env.DB, app.clientId, 10_000)
const reasonsOf = async (world: World) => new Set((await errorsOf(world)).map(({ reason }) => reason))
const countOf = async ({ app }: World, reason: string) =>
  (await listRefusalCounts(env.DB, app.clientId)).find((entry) => entry.reason === reason)?.count

/** An app whose code was used twice: what its developer must be able to read. */
async function appWithReplayedCode(settings: Record<string, unknown>): Promise<World> {
  const world = await createWorld(settings)
  const obtained = await obtainCode(world.browser, world.integration)
  expect((await exchangeWith(obtained, world.app)).status).toBe(200)
  expect((await exchangeWith(obtained, world.app)).status).toBe(400)
  await expect.poll(() => reasonsOf(world)).toEqual(new Set(['code_replayed']))
  return world
}

it('leaves the errors of a confidential app alone, however many send a secret of it that is no more', async () => {
  const world = await appWithReplayedCode(SETTINGS)
  const stranger = { ...world.app, clientSecret: await newClientSecret(readConfig(env), world.app.clientId) }
  // Control: what we did not seal for this app is not even counted.
  expect(await refreshWith('pst_rt_made_up', { ...stranger, clientSecret: 'wrong' })).toMatchObject({ status: 401 })

  for (let i = 0; i < FLOOD; i++) await refreshWith('pst_rt_made_up', stranger)

  await expect.poll(() => countOf(world, 'client_secret_wrong'), { timeout: 8000 }).toBe(FLOOD)
  expect(await errorsOf(world)).toHaveLength(1)
  expect(await reasonsOf(world)).toEqual(new Set(['code_replayed']))
})

it('leaves the errors of a public app alone, however many make up tokens, and stays one row', async () => {
  const world = await appWithReplayedCode(PUBLIC_SETTINGS)

  for (let i = 0; i < FLOOD; i++) await refreshWith('pst_rt_made_up', world.app)

  await expect.poll(() => countOf(world, 'refresh_token_malformed'), { timeout: 8000 }).toBe(FLOOD)
  expect(await listRefusalCounts(env.DB, world.app.clientId)).toHaveLength(1)
  expect(await reasonsOf(world)).toEqual(new Set(['code_replayed']))
})

// Anybody may connect a public app, and hold a code of it.
it('lets a person who misuses their own code push out no other reason', async () => {
  const world = await appWithReplayedCode(PUBLIC_SETTINGS)
  const { clientId } = world.app
  const own = { clientId, at: 1, grantType: null, error: 'invalid_grant', reason: 'code_verifier_mismatch' }

  await env.DB.batch(
    noteTokenErrorsStatements(
      env.DB,
      Array.from({ length: FLOOD }, (_, at) => ({ ...own, at })),
    ),
  )

  expect(await reasonsOf(world)).toEqual(new Set(['code_verifier_mismatch', 'code_replayed']))
  const kept = (await errorsOf(world)).filter(({ reason }) => reason === own.reason)
  expect(kept).toHaveLength(MAX_ERRORS_PER_REASON)
  expect(kept[0]?.at).toBe(FLOOD - 1) // the newest
})
