import { expect, it } from 'vitest'
import { allowFields, authorizePath, demoClient, makePkce, signInOver } from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { newEmail, race, TEN_ROUNDS } from './race.ts'

const server = useWorkerd()

it('answers one consent with one code, however often it is posted', TEN_ROUNDS, async () => {
  const { origin } = server()
  const browser = await signInOver(origin, newEmail())
  const page = await browser.get(authorizePath(demoClient(origin), makePkce()))

  const answers = await race(() => browser.submit(page, allowFields(page)))

  const codes = answers.filter(({ location }) => location && new URL(location).searchParams.has('code'))
  expect(codes).toHaveLength(1)
  expect(codes[0]?.status).toBe(303)
  const others = answers.filter((answer) => answer !== codes[0])
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set([400]))
})
