import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { signInOver } from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS, tally } from './race.ts'

const server = useWorkerd()
const REGISTRATION = { client_name: 'Raced', redirect_uris: ['https://app.example.com/callback'] }

interface AppAnswer {
  status: number
  body: { client_id: string; client_secret?: string }
}

async function developer() {
  const { origin } = server()
  const browser = await signInOver(origin, newEmail())
  return async (method: string, path: string, body: object, headers: Record<string, string>): Promise<AppAnswer> => {
    const answer = await browser.fetch(path, {
      method,
      headers: { Origin: origin, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as AppAnswer['body'] }
  }
}

it('creates one app for one Idempotency-Key, and shows its secret once', TEN_ROUNDS, async () => {
  const call = await developer()
  const key = { 'Idempotency-Key': randomUUID() }

  const answers = await race(() => call('POST', '/api/v1/apps', REGISTRATION, key))

  expect(tally(answers.map(({ status }) => status))).toEqual({ 201: CONTESTANTS })
  expect(new Set(answers.map(({ body }) => body.client_id)).size).toBe(1)
  expect(answers.filter(({ body }) => body.client_secret)).toHaveLength(1)
})

it('lets one of many changes to the same version through', TEN_ROUNDS, async () => {
  const call = await developer()
  const { body: app } = await call('POST', '/api/v1/apps', REGISTRATION, {})
  const change = (contestant: number) =>
    call('PATCH', `/api/v1/apps/${app.client_id}`, { client_name: `Name ${contestant}` }, { 'If-Match': '"1"' })

  const answers = await race(change)

  expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 412: CONTESTANTS - 1 })
})
