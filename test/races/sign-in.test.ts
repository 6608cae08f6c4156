import { expect, it } from 'vitest'
import { Browser, newestCode } from '../support/browser.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { newEmail, race, TEN_ROUNDS } from './race.ts'

const server = useWorkerd()

it('starts one session with one e-mailed code', TEN_ROUNDS, async () => {
  const { origin, database } = server()
  const email = newEmail()
  const browser = new Browser((request) => fetch(request), origin)
  const codePage = await browser.follow(await browser.submit(await browser.get('/sign-in'), { email }))
  const code = await newestCode(browser, email)

  // One browser: every attempt leaves with its cookies before the first answer can change them.
  const answers = await race(() => browser.submit(codePage, { code }))

  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  const sessions = await database
    .prepare('SELECT id_hash FROM sessions JOIN accounts ON accounts.id = account_id WHERE email = ?')
    .bind(email)
    .all()
  expect(sessions.results).toHaveLength(1)
})
