import { decodeProtectedHeader } from 'jose'
import { expect, it } from 'vitest'
import { authorize, demoClient, exchangeForm, postToken, signInOver } from '../support/flow.ts'
import { startWorkerd } from '../support/server.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS } from './race.ts'

it('creates one signing key for the first requests after an empty start', TEN_ROUNDS, async () => {
  const server = await startWorkerd()
  try {
    const { origin, database } = server
    const client = demoClient(origin)
    const browser = await signInOver(origin, newEmail())
    const forms: URLSearchParams[] = []
    for (let i = 0; i < CONTESTANTS; i++) forms.push(exchangeForm(client, await authorize(browser, client)))

    const answers = await race((contestant) => postToken(origin, forms[contestant]!))

    const keyIds = answers.map(({ access_token = '' }) => decodeProtectedHeader(access_token).kid)
    const { results } = await database.prepare('SELECT kid FROM signing_keys').all<{ kid: string }>()
    expect(results).toHaveLength(1)
    expect(new Set(keyIds)).toEqual(new Set([results[0]?.kid]))
  } finally {
    await server.stop()
  }
})
