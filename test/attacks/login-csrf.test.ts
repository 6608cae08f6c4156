import { describe, expect, it } from 'vitest'
import { Browser, newestCode } from '../support/browser.ts'
import { ISSUER, newEmail, postForm, transport } from '../support/workers/world.ts'

const SESSION = 'postern-session'

const FOREIGN: [string, Record<string, string>][] = [
  ['no Origin', {}],
  ['a foreign Origin', { Origin: 'https://evil.example' }],
  ['a sibling Origin', { Origin: 'http://evil.localhost:8787' }],
  ['another port', { Origin: 'http://localhost:8788' }],
  ['an opaque Origin', { Origin: 'null' }],
  ['an opaque Origin of another site', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
  ['an opaque Origin of a sibling', { Origin: 'null', 'Sec-Fetch-Site': 'same-site' }],
  ['a foreign Origin that claims to be ours', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' }],
]

/** The attacker's own code, entered in the victim's browser, would sign the victim in as the attacker. */
async function attackerAsks() {
  const email = newEmail()
  const browser = new Browser(transport, ISSUER)
  await browser.submit(await browser.get('/sign-in'), { email })
  return { browser, code: await newestCode(browser, email) }
}

describe.each(FOREIGN)('a form with %s', (_name, headers) => {
  it('asks for no code', async () => {
    const response = await postForm('/sign-in', { email: newEmail() }, headers)
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('enters no code, and burns none', async () => {
    const { browser, code } = await attackerAsks()
    const refused = await postForm('/sign-in/code', { code }, { Cookie: browser.cookieHeader(), ...headers })
    expect(refused.status).toBe(403)
    expect(refused.headers.getSetCookie()).toEqual([])
    expect((await browser.post('/sign-in/code', { code })).status).toBe(303) // control
  })
})

it("does not enter the attacker's code without the attacker's cookie, even from our own page", async () => {
  const { code } = await attackerAsks()
  const victim = new Browser(transport, ISSUER)
  expect((await victim.post('/sign-in/code', { code })).status).toBe(400)
  expect(victim.cookie(SESSION)).toBeUndefined()
})

it('takes our own form as browsers send it under no-referrer (control)', async () => {
  const own = { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }
  const browser = new Browser(transport, ISSUER)
  expect((await browser.post('/sign-in', { email: newEmail() }, own)).status).toBe(303)
})
