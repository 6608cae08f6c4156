import { expect, it } from 'vitest'
import { authorize, demoClient, exchangeForm, introspect, postToken, signInOver } from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS, tally } from './race.ts'

const server = useWorkerd()

it('redeems a code once, and revokes its grant when it is presented again', TEN_ROUNDS, async () => {
  const { origin } = server()
  const client = demoClient(origin)
  const form = exchangeForm(client, await authorize(await signInOver(origin, newEmail()), client))

  const answers = await race(() => postToken(origin, form))

  expect(tally(answers.map(({ status, error }) => `${status} ${error ?? 'token'}`))).toEqual({
    '200 token': 1,
    '400 invalid_grant': CONTESTANTS - 1,
  })
  const accessToken = answers.find(({ status }) => status === 200)?.access_token ?? ''
  expect(await introspect(origin, server().demo, accessToken)).toEqual({ active: false })
})

it('keeps the grant of a code that is presented once', async () => {
  const { origin } = server()
  const client = demoClient(origin)
  const grant = await authorize(await signInOver(origin, newEmail()), client)

  const { access_token: accessToken = '' } = await postToken(origin, exchangeForm(client, grant))

  expect(await introspect(origin, server().demo, accessToken)).toMatchObject({ active: true })
})
