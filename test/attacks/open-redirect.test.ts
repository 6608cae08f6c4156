import { describe, expect, it } from 'vitest'
import { Browser, newestCode, signIn } from '../support/browser.ts'
import { ISSUER, newEmail, transport } from '../support/workers/world.ts'

const ELSEWHERE = [
  'https://evil.example',
  'https:evil.example',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\u0000//evil.example',
  ' //evil.example',
  // These stay on our origin until their dots are resolved, and what is left then names a host.
  '/.//evil.example',
  '/..//evil.example',
  '/account/..//evil.example',
  '/%2e//evil.example',
  `${ISSUER}@evil.example`,
  `${ISSUER}.evil.example`,
  'javascript:alert(1)',
  'account',
]

const newBrowser = () => new Browser(transport, ISSUER)

describe('return_to leads nowhere else', () => {
  it.each(ELSEWHERE.map((returnTo) => [JSON.stringify(returnTo), returnTo]))('with %s', async (_name, returnTo) => {
    const browser = newBrowser()
    expect((await signIn(browser, newEmail(), returnTo)).location).toBe(`${ISSUER}/account`)
    const signedIn = await browser.get(`/sign-in?${new URLSearchParams({ return_to: returnTo })}`)
    expect(signedIn.location).toBe(`${ISSUER}/account`)
  })

  it('when it comes with the code and not with the address', async () => {
    const browser = newBrowser()
    const email = newEmail()
    const codePage = await browser.follow(await browser.submit(await browser.get('/sign-in'), { email }))
    const code = await newestCode(browser, email)
    const answer = await browser.submit(codePage, { code, return_to: '//evil.example' })
    expect(answer.location).toBe(`${ISSUER}/account`)
  })
})

it.each(['/account', '/authorize?client_id=app_1&state=a%2Fb%3A%2F%2Fc', '/?next=https://evil.example'])(
  'return_to leads to our own %s (control)',
  async (returnTo) => {
    const page = await signIn(newBrowser(), newEmail(), returnTo)
    expect(page.location).toBe(ISSUER + returnTo)
  },
)
