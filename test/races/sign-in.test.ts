import { expect, it } from 'vitest'
import { Browser, newestCode } from '../support/browser.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { CONTESTANTS, newEmail, race, TEN_ROUNDS, tally } from './race.ts'

const SESSION = 'postern-session'
const server = useWorkerd()

const newBrowser = () => new Browser((request) => fetch(request), server().origin)

async function count(sql: string, email: string): Promise<number> {
  return (await server().database.prepare(sql).bind(email).all()).results.length
}

it(
  'starts one session with one e-mailed code, and every repeat of the form is answered with it',
  TEN_ROUNDS,
  async () => {
    const email = newEmail()
    const browser = newBrowser()
    const codePage = await browser.follow(await browser.submit(await browser.get('/sign-in'), { email }))
    const code = await newestCode(browser, email)

    // One browser: every attempt leaves with its cookies before the first answer can change them.
    const answers = await race(() => browser.submit(codePage, { code }))

    const cookies = answers.map(({ headers }) => headers.getSetCookie().find((line) => line.startsWith(SESSION)))
    expect(tally(answers.map(({ status }) => status))).toEqual({ 303: CONTESTANTS })
    expect(new Set(cookies).size).toBe(1)
    const accounts = 'JOIN accounts ON accounts.id = account_id WHERE email = ?'
    expect(await count(`SELECT id_hash FROM sessions ${accounts}`, email)).toBe(1)
    expect(await count(`SELECT event FROM audit_events ${accounts} AND event = 'session.signed_in'`, email)).toBe(1)
    expect((await browser.get('/account')).html).toContain(email)
  },
)

it('sends one mail, however often "Send the code" arrives, and its code is good', TEN_ROUNDS, async () => {
  const email = newEmail()
  const browser = newBrowser()
  const form = await browser.get('/sign-in')

  const answers = await race(() => browser.submit(form, { email }), 10)

  expect(tally(answers.map(({ status }) => status))).toEqual({ 303: 10 })
  expect(await count('SELECT id FROM dev_outbox WHERE "to" = ?', email)).toBe(1)
  const codePage = await browser.follow(answers[0]!)
  expect((await browser.submit(codePage, { code: await newestCode(browser, email) })).status).toBe(303)
})

it('lets exactly twenty codes through to a mailbox, whoever asks at the same moment', async () => {
  const email = newEmail()
  const answers = await race(() => newBrowser().post('/sign-in', { email }))
  expect(tally(answers.map(({ status }) => status))).toEqual({ 303: 20, 429: CONTESTANTS - 20 })
  expect(await count('SELECT id FROM dev_outbox WHERE "to" = ?', email)).toBe(20)
})

it('keeps a code good while fifty strangers try and ask', async () => {
  const email = newEmail()
  const owner = newBrowser()
  const codePage = await owner.follow(await owner.submit(await owner.get('/sign-in'), { email }))
  const code = await newestCode(owner, email)
  await race(async (contestant) => {
    const stranger = newBrowser()
    if (contestant % 2) await stranger.post('/sign-in', { email })
    else stranger.setCookie('postern-sign-in', 'm'.repeat(43))
    await stranger.post('/sign-in/code', { email, code: '00000000' })
  })
  expect((await owner.submit(codePage, { code })).status).toBe(303)
})
