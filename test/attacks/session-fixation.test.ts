import { expect, it } from 'vitest'
import { Browser, newestCode, signIn } from '../support/browser.ts'
import { ISSUER, newEmail, transport } from '../support/workers/world.ts'

const SESSION = 'postern-session'
const newBrowser = () => new Browser(transport, ISSUER)

it('starts every sign-in with a session id of its own', async () => {
  const browser = newBrowser()
  const planted = 'p'.repeat(43)
  browser.setCookie(SESSION, planted)
  await signIn(browser, newEmail())
  expect(browser.cookie(SESSION) !== planted).toBe(true)
  expect((await browser.get('/account')).status).toBe(200) // control

  const attacker = newBrowser()
  attacker.setCookie(SESSION, planted)
  expect((await attacker.get('/account')).location).toContain('/sign-in')
})

it("ends the attacker's session that a victim's browser was given when the victim signs in", async () => {
  const attacker = newBrowser()
  await signIn(attacker, newEmail())
  const victim = newBrowser()
  victim.setCookie(SESSION, attacker.cookie(SESSION) ?? '')
  expect((await victim.get('/account')).status).toBe(200) // control: it was living

  const email = newEmail()
  const form = await victim.get('/sign-in?switch=1')
  const codePage = await victim.follow(await victim.submit(form, { email }))
  await victim.submit(codePage, { code: await newestCode(victim, email) })

  expect((await victim.get('/account')).html).toContain(email)
  expect((await attacker.get('/account')).location).toContain('/sign-in')
})

it('takes no session from a cookie that was sent twice', async () => {
  const browser = newBrowser()
  await signIn(browser, newEmail())
  const own = `${SESSION}=${browser.cookie(SESSION)}`
  const ask = (cookie: string) =>
    transport(new Request(`${ISSUER}/account`, { headers: { Cookie: cookie }, redirect: 'manual' }))
  expect((await ask(own)).status).toBe(200) // control
  expect((await ask(`${SESSION}=planted; ${own}`)).status).toBe(303)
})
