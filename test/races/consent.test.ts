import { expect, it } from 'vitest'
import {
  allowFields,
  authorizePath,
  codeOf,
  demoClient,
  exchangeForm,
  makePkce,
  postToken,
  signInOver,
} from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { newEmail, race, TEN_ROUNDS } from './race.ts'

const server = useWorkerd()

it('answers one consent with one code, however often it is posted', TEN_ROUNDS, async () => {
  const { origin } = server()
  const browser = await signInOver(origin, newEmail())
  const client = demoClient(origin)
  const pkce = makePkce()
  const page = await browser.get(authorizePath(client, pkce))

  const answers = await race(() => browser.submit(page, allowFields(page)))

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]))
  expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
  const authorizationCode = { code: codeOf(answers[0]?.location ?? null), verifier: pkce.verifier }
  expect(await postToken(origin, exchangeForm(client, authorizationCode))).toMatchObject({ status: 200 })
})

it('decides once when allow and deny are pressed at once', TEN_ROUNDS, async () => {
  const { origin } = server()
  const browser = await signInOver(origin, newEmail())
  const page = await browser.get(authorizePath(demoClient(origin), makePkce()))
  const denial = { ...allowFields(page), decision: 'deny' }

  const answers = await race((contestant) => browser.submit(page, contestant % 2 ? denial : allowFields(page)))

  const allowed = answers.filter((_, contestant) => contestant % 2 === 0)
  const codes = allowed.flatMap(({ location }) => (location ? [codeOf(location)] : []))
  // All of them, or a fresh page for all of them: never some of each.
  expect([0, allowed.length]).toContain(codes.length)
  expect(new Set(codes).size).toBeLessThanOrEqual(1)
  expect(new Set(allowed.map(({ status }) => status)).size).toBe(1)
})
