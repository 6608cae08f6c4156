import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { signInOver } from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS, tally } from './race.ts'

const BOUND = 5
const server = useWorkerd({ APPS_PER_ACCOUNT: String(BOUND), ORGANIZATIONS_PER_ACCOUNT: String(BOUND) })

it.each([
  ['apps', () => ({ client_name: 'Raced', redirect_uris: ['https://app.example.com/callback'] })],
  ['organizations', () => ({ name: 'Raced', slug: `raced-${randomUUID().slice(0, 18)}` })],
])(
  'gives an account no more %s than it may have, however many are asked for at once',
  TEN_ROUNDS,
  async (things, body) => {
    const { origin } = server()
    const browser = await signInOver(origin, newEmail())
    const create = async () => {
      const headers = { Origin: origin, 'Content-Type': 'application/json' }
      const answer = await browser.fetch(`/api/v1/${things}`, { method: 'POST', headers, body: JSON.stringify(body()) })
      await answer.arrayBuffer()
      return answer.status
    }

    // Twice as many come through to the count in a day.
    expect(tally(await race(create))).toEqual({ 201: BOUND, 409: BOUND, 429: CONTESTANTS - 2 * BOUND })
  },
)
