import { describe, expect, it } from 'vitest'
import { Browser, newestCode, type Page } from '../support/browser.ts'
import { Developer, ORIGIN } from '../support/workers/developer.ts'
import { ISSUER, newEmail, transport } from '../support/workers/world.ts'

const PENDING = 'postern-sign-in'
const tokenOf = ({ html }: Page) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

/** A form as it arrives when something on the way removes what says where it came from. */
async function post(browser: Browser, path: string, fields: Record<string, string>, headers: Record<string, string>) {
  const response = await browser.fetch(path, { method: 'POST', headers, body: new URLSearchParams(fields) })
  return { status: response.status, html: await response.text() }
}

const STRIPPED: [string, Record<string, string>][] = [
  ['Origin: null and no Sec-Fetch-Site', { Origin: 'null' }],
  ['no Origin and no Sec-Fetch-Site', {}],
]

describe.each(STRIPPED)('a browser whose forms arrive with %s', (_name, headers) => {
  it('signs in, and signs out, by the tokens in our forms', async () => {
    const browser = new Browser(transport, ISSUER)
    const email = newEmail()
    const emailPage = await browser.get('/sign-in')
    expect((await post(browser, '/sign-in', { email, form_token: tokenOf(emailPage) }, headers)).status).toBe(303)
    const codePage = await browser.get('/sign-in/code')
    const code = await newestCode(browser, email)
    expect((await post(browser, '/sign-in/code', { code, form_token: tokenOf(codePage) }, headers)).status).toBe(303)
    const account = await browser.get('/account')
    expect(account.html).toContain(email)
    expect((await post(browser, '/sign-out', { form_token: tokenOf(account) }, headers)).status).toBe(303)
    expect((await browser.get('/account')).location).toContain('/sign-in')
  })

  it('is told what to do about it when there is no proof either', async () => {
    const refused = await post(new Browser(transport, ISSUER), '/sign-in', { email: newEmail() }, headers)
    expect(refused.status).toBe(403)
    expect(refused.html).toContain('the Origin header')
  })

  it('proves nothing with the token of another browser, nor with a cookie alone', async () => {
    const stranger = await new Browser(transport, ISSUER).get('/sign-in')
    const browser = new Browser(transport, ISSUER)
    const own = tokenOf(await browser.get('/sign-in'))
    for (const token of [{}, { form_token: '' }, { form_token: tokenOf(stranger) }]) {
      expect((await post(browser, '/sign-in', { email: newEmail(), ...token }, headers)).status).toBe(403)
    }
    expect((await post(browser, '/sign-in', { email: newEmail(), form_token: own }, headers)).status).toBe(303) // control
  })

  it('changes things on the pages of an account with the token of that session alone', async () => {
    const person = await Developer.signIn()
    const stranger = await Developer.signIn()
    const create = (form_token: string) => {
      const slug = `org-${crypto.randomUUID().slice(0, 8)}`
      return post(person.browser, '/organizations', { name: 'Acme', slug, form_token }, headers)
    }
    expect((await create('')).status).toBe(403)
    expect((await create(tokenOf(await stranger.browser.get('/account')))).status).toBe(403)
    expect((await create(tokenOf(await person.browser.get('/account')))).status).toBe(303) // control
  })
})

describe.each<[string, Record<string, string>]>([
  ['a foreign Origin', { Origin: 'https://evil.example' }],
  ['an opaque Origin of another site', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
  ['no Origin, from another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ['no Origin, from a sibling', { 'Sec-Fetch-Site': 'same-site' }],
])('a form with %s', (_name, headers) => {
  it('is refused also with the right token', async () => {
    const browser = new Browser(transport, ORIGIN)
    const form_token = tokenOf(await browser.get('/sign-in'))
    const email = newEmail()
    expect((await post(browser, '/sign-in', { email, form_token }, headers)).status).toBe(403)
    const person = await Developer.signIn()
    const account = tokenOf(await person.browser.get('/account'))
    expect((await post(person.browser, '/sign-out', { form_token: account }, headers)).status).toBe(403)
    expect((await person.browser.get('/account')).status).toBe(200)
    expect(browser.cookie(PENDING)).toBeDefined() // control: it was shown the form
  })
})
