import { expect, it } from 'vitest'
import { REPEAT_WINDOW_SECONDS } from '../../src/grants/refresh-rules.ts'
import {
  authorize,
  demoClient,
  exchangeForm,
  introspect,
  postToken,
  refreshForm,
  revokeOver,
  signInOver,
} from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS, tally } from './race.ts'

const server = useWorkerd()

async function connect() {
  const { origin } = server()
  const client = demoClient(origin)
  const grant = await authorize(await signInOver(origin, newEmail()), client)
  const { refresh_token: refreshToken = '' } = await postToken(origin, exchangeForm(client, grant))
  const refresh = (token = refreshToken) => postToken(origin, refreshForm(client, token))
  return { origin, client, refreshToken, refresh }
}

it('gives parallel refreshes the same successor, which works', TEN_ROUNDS, async () => {
  const { refresh, refreshToken } = await connect()

  const answers = await race(() => refresh())

  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: CONTESTANTS })
  const [successor, ...others] = new Set(answers.map((answer) => answer.refresh_token))
  expect(others).toEqual([])
  expect(successor).not.toBe(refreshToken)
  expect(await refresh(successor)).toMatchObject({ status: 200 })
})

it('leaves no living grant behind a revocation that raced refreshes', TEN_ROUNDS, async () => {
  const { origin, client, refresh, refreshToken } = await connect()
  // In the middle of the refreshes, so that some are in flight when it commits.
  const revokeAt = CONTESTANTS / 2

  const answers = await race(async (contestant) =>
    contestant === revokeAt ? revokeOver(origin, client, refreshToken) : refresh(),
  )

  expect(answers[revokeAt]).toMatchObject({ status: 200 })
  const issued = answers.flatMap(({ access_token }) => access_token ?? [])
  const introspections = await Promise.all(issued.map((token) => introspect(origin, server().demo, token)))
  expect(introspections.filter(({ active }) => active)).toEqual([])
  const tokens = new Set([refreshToken, ...answers.flatMap(({ refresh_token }) => refresh_token ?? [])])
  for (const token of tokens) expect(await refresh(token)).toMatchObject({ status: 400, error: 'invalid_grant' })
})

// A tunnel, and then the network is back for all tabs at once.
it('gives the lost answer to all who ask for it later, and never beside a successor that was used', async () => {
  const headers = { 'CF-Connecting-IP': '192.0.2.1' }
  const rounds = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const { origin, client, refreshToken } = await connect()
      const refresh = (token = refreshToken) => postToken(origin, refreshForm(client, token), headers)
      return { refresh, successor: (await refresh()).refresh_token }
    }),
  )
  await pause(REPEAT_WINDOW_SECONDS + 1)

  for (const { refresh, successor } of rounds) {
    const answers = await race(() => refresh())
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: CONTESTANTS })
    expect(new Set(answers.map((answer) => answer.refresh_token))).toEqual(new Set([successor]))

    // In the middle of the next repeats the successor is used: those behind it are reuse, and end everything.
    const useAt = CONTESTANTS / 4
    const mixed = await race((contestant) => refresh(contestant === useAt ? successor : undefined), CONTESTANTS / 2)
    const next = mixed[useAt]?.refresh_token
    const wasReused = mixed.some(({ status }) => status === 400)
    expect(new Set(mixed.flatMap(({ refresh_token }) => refresh_token ?? []))).toEqual(
      new Set([successor, next].filter((token) => token !== undefined)),
    )
    expect((await refresh(next ?? successor)).status).toBe(wasReused ? 400 : 200)
  }
})

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))
