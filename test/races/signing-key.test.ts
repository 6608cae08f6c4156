import { decodeProtectedHeader } from 'jose'
import { expect, it } from 'vitest'
import { authorize, demoClient, exchangeForm, postToken, signInOver } from '../support/flow.ts'
import { startWorkerd } from '../support/server.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS } from './race.ts'

it('creates one signing key and one standby for the first requests after an empty start', TEN_ROUNDS, async () => {
  const server = await startWorkerd()
  try {
    const { origin, database } = server
    const client = demoClient(origin)
    const browser = await signInOver(origin, newEmail())
    const forms: URLSearchParams[] = []
    for (let i = 0; i < CONTESTANTS; i++) forms.push(exchangeForm(client, await authorize(browser, client)))

    // APIs that start fetch the set while apps get their first tokens.
    const [answers, sets] = await Promise.all([
      race((contestant) => postToken(origin, forms[contestant]!)),
      race(() => fetchKeyIds(origin)),
    ])

    const keyIds = answers.map(({ access_token = '' }) => decodeProtectedHeader(access_token).kid)
    const sql = 'SELECT kid FROM signing_keys ORDER BY signs_from'
    const { results } = await database.prepare(sql).all<{ kid: string }>()
    expect(results).toHaveLength(2)
    expect(new Set(keyIds)).toEqual(new Set([results[0]?.kid]))
    for (const set of sets) expect(new Set(set)).toEqual(new Set(results.map(({ kid }) => kid)))
  } finally {
    await server.stop()
  }
})

async function fetchKeyIds(origin: string): Promise<string[]> {
  const { keys } = (await (await fetch(`${origin}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }
  return keys.map(({ kid }) => kid)
}
