import { describe, expect, it } from 'vitest'
import { Browser, type Page, signIn } from '../support/browser.ts'
import { connect } from '../support/workers/connect.ts'
import { createWorld, ISSUER, introspectAsApi, newEmail, transport } from '../support/workers/world.ts'

const PATHS = ['/sign-out', '/sign-out-everywhere']

async function signedIn(email = newEmail()): Promise<Browser> {
  const browser = new Browser(transport, ISSUER)
  await signIn(browser, email)
  return browser
}

const formToken = ({ html }: Page) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
const isSignedIn = async (browser: Browser) => (await browser.get('/account')).status === 200

describe.each(PATHS)('%s', (path) => {
  it.each<[string, Record<string, string>]>([
    ['a foreign Origin', { Origin: 'https://evil.example' }],
    ['an opaque Origin of another site', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
    ['no Origin, from another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('is refused with %s', async (_name, headers) => {
    const browser = await signedIn()
    const fields = { form_token: formToken(await browser.get('/account')) }
    const body = new URLSearchParams(fields)
    expect((await browser.fetch(path, { method: 'POST', headers, body })).status).toBe(403)
    expect(await isSignedIn(browser)).toBe(true)
    expect((await browser.post(path, fields)).status).toBe(303) // control
    expect(await isSignedIn(browser)).toBe(false)
  })

  it("is refused without the page's token, and with that of another session", async () => {
    const browser = await signedIn()
    const foreign = formToken(await (await signedIn()).get('/account'))
    for (const fields of [{}, { form_token: '' }, { form_token: foreign }]) {
      expect((await browser.post(path, fields)).status).toBe(403)
    }
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('is not done by a GET, which leads to the page with the form', async () => {
    const browser = await signedIn()
    expect((await browser.get(path)).location).toBe(`${ISSUER}/account`)
    expect(await isSignedIn(browser)).toBe(true)
  })
})

it("ends every session of the account, and nobody else's", async () => {
  const email = newEmail()
  const [here, stolen, stranger] = [await signedIn(email), await signedIn(email), await signedIn()]
  const fields = { form_token: formToken(await here.get('/account')) }
  await here.post('/sign-out-everywhere', fields)
  expect(await isSignedIn(here)).toBe(false)
  expect(await isSignedIn(stolen)).toBe(false)
  expect(await isSignedIn(stranger)).toBe(true) // control
})

it('ends only this session when signing out here', async () => {
  const email = newEmail()
  const [here, elsewhere] = [await signedIn(email), await signedIn(email)]
  await here.submit(await here.get('/account'), {})
  expect(await isSignedIn(here)).toBe(false)
  expect(await isSignedIn(elsewhere)).toBe(true)
})

it('leaves grants alive', async () => {
  const { browser, integration } = await createWorld()
  const tokens = await connect(browser, integration)
  const fields = { form_token: formToken(await browser.get('/account')) }
  await browser.post('/sign-out-everywhere', fields)
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  expect((await integration.refresh(tokens.refresh_token)).access_token).toBeDefined()
})
