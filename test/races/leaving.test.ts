import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { callApi } from '../support/api-client.ts'
import type { Browser } from '../support/browser.ts'
import { authorize, demoClient, exchangeForm, introspect, postToken, refreshForm, signInOver } from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS, tally } from './race.ts'

const server = useWorkerd()

async function newPerson() {
  const { origin, database } = server()
  const email = newEmail()
  const browser = await signInOver(origin, email)
  const [account] = (await database.prepare('SELECT id FROM accounts WHERE email = ?').bind(email).all()).results
  return { browser, email, accountId: String((account as { id: string }).id) }
}
type Person = Awaited<ReturnType<typeof newPerson>>

const deletionOf = ({ browser, accountId }: Person) => callApi(browser, 'DELETE', `/api/v1/accounts/${accountId}`)

async function connect(browser: Browser) {
  const { origin } = server()
  const client = demoClient(origin)
  const tokens = await postToken(origin, exchangeForm(client, await authorize(browser, client)))
  return { client, accessToken: tokens.access_token ?? '', refreshToken: tokens.refresh_token ?? '' }
}

it(
  'leaves nothing alive behind a deletion that raced refreshes and consents of the same person',
  TEN_ROUNDS,
  async () => {
    const { origin, database } = server()
    const person = await newPerson()
    const bystander = await connect((await newPerson()).browser)
    const { client, accessToken, refreshToken } = await connect(person.browser)
    const deleteAt = CONTESTANTS / 2
    const issued: string[] = [accessToken]
    const refreshTokens: string[] = [refreshToken]

    const answers = await race(async (contestant) => {
      if (contestant === deleteAt) return (await deletionOf(person)).status
      const tokens =
        contestant % 5 ? await postToken(origin, refreshForm(client, refreshToken)) : await consentAnew(person)
      if (tokens?.access_token) issued.push(tokens.access_token)
      if (tokens?.refresh_token) refreshTokens.push(tokens.refresh_token)
      return tokens?.status ?? 0
    })

    expect(answers[deleteAt]).toBe(204)
    expect(answers.filter((status) => status >= 500 && status !== 503)).toEqual([])
    const introspections = await Promise.all(issued.map((token) => introspect(origin, server().demo, token)))
    expect(introspections.filter(({ active }) => active)).toEqual([])
    for (const token of new Set(refreshTokens)) {
      expect(await postToken(origin, refreshForm(client, token))).toMatchObject({ status: 400, error: 'invalid_grant' })
    }
    expect((await person.browser.get('/connections')).location).toContain('/sign-in')
    const left = async (sql: string) => (await database.prepare(sql).bind(person.accountId).all()).results
    expect(await left('SELECT 1 FROM sessions WHERE account_id = ?')).toEqual([])
    expect(await left('SELECT 1 FROM members WHERE account_id = ?')).toEqual([])
    expect(await introspect(origin, server().demo, bystander.accessToken)).toMatchObject({ active: true }) // control
  },
)

/** Undefined: the person was gone before the code came. */
async function consentAnew({ browser }: Person) {
  const { origin } = server()
  const client = demoClient(origin)
  try {
    return await postToken(origin, exchangeForm(client, await authorize(browser, client)))
  } catch {
    return undefined
  }
}

it.each(['delete their accounts', 'delete the account and leave'])(
  'never leaves an organization without an owner, when its last two %s at once',
  TEN_ROUNDS,
  async (how) => {
    const { database } = server()
    const [first, second] = [await newPerson(), await newPerson()]
    const slug = randomUUID()
    const { body } = await callApi<{ id: string }>(first.browser, 'POST', '/api/v1/organizations', {
      name: 'Raced',
      slug,
    })
    const insert = "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'owner', 0)"
    await database.prepare(insert).bind(body.id, second.accountId).run()
    const leave = ({ browser, accountId }: Person) =>
      callApi(browser, 'DELETE', `/api/v1/organizations/${body.id}/members/${accountId}`)

    const answers = await Promise.all([
      deletionOf(first),
      how === 'delete their accounts' ? deletionOf(second) : leave(second),
    ])

    expect(tally(answers.map(({ status }) => status))).toEqual({ 204: 1, 409: 1 })
    const owners = await database
      .prepare(
        "SELECT accounts.erased_at FROM members JOIN accounts ON accounts.id = members.account_id WHERE organization_id = ? AND role = 'owner'",
      )
      .bind(body.id)
      .all()
    expect(owners.results).toEqual([{ erased_at: null }])
  },
)

it('is deleted once, however often it is asked for at once', TEN_ROUNDS, async () => {
  const { database } = server()
  const person = await newPerson()
  const page = await person.browser.get('/account/delete')

  const answers = await race(() => person.browser.submit(page, {}), 10)

  expect(new Set(answers.map(({ status, location }) => `${status} ${location}`))).toEqual(
    new Set([`303 ${server().origin}/account/deleted`]),
  )
  const events = "SELECT 1 FROM audit_events WHERE account_id = ? AND event = 'account.erased'"
  expect((await database.prepare(events).bind(person.accountId).all()).results).toHaveLength(1)
})
