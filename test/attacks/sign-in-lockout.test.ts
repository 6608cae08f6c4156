import { describe, expect, it } from 'vitest'
import { Browser, newestCode, type Page, signIn } from '../support/browser.ts'
import { advance } from '../support/workers/time.ts'
import { ISSUER, newEmail, transport } from '../support/workers/world.ts'

const SESSION = 'postern-session'
const PENDING = 'postern-sign-in'
const KNOWN = 'postern-browser'

const newBrowser = () => new Browser(transport, ISSUER)

async function askForCode(browser: Browser, email: string, headers: Record<string, string> = {}): Promise<Page> {
  const answer = await browser.post('/sign-in', { email }, headers)
  return answer.location ? browser.follow(answer) : answer
}

/** Requests of strangers for an address, until they get no more mail for it. */
async function exhaust(email: string): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 40 }, () => newBrowser().post('/sign-in', { email })))
  const statuses = new Set(answers.map(({ status }) => status))
  expect(statuses, 'strangers are stopped').toEqual(new Set([303, 429])) // control
}

/** Tries of strangers with cookies that they made up, and with those of their own requests. */
async function guess(email: string): Promise<void> {
  for (let i = 0; i < 30; i++) {
    const stranger = newBrowser()
    stranger.setCookie(PENDING, `${'m'.repeat(42)}${i % 10}`)
    expect((await stranger.post('/sign-in/code', { email, code: '00000000' })).status).toBe(422)
    expect(stranger.cookie(SESSION)).toBeUndefined()
  }
  const asking = newBrowser()
  const page = await askForCode(asking, email)
  for (let i = 0; i < 10; i++) await asking.submit(page, { code: '00000000' })
}

describe.each([
  ['somebody', newEmail],
  ['an operator', () => 'besieged-operator@example.com'],
])('%s is not locked out', (_name, address) => {
  it("by strangers' tries and requests while a code waits: the first right code works", async () => {
    const email = address()
    const owner = newBrowser()
    const codePage = await askForCode(owner, email)
    const code = await newestCode(owner, email)

    await guess(email)
    await exhaust(email)

    expect((await owner.submit(codePage, { code })).status).toBe(303)
    expect((await owner.get('/account')).html).toContain(email)
  })

  it('in a browser that signed in before: it gets its mail, and the first right code works', async () => {
    advance(7200)
    const email = address()
    const owner = newBrowser()
    await signIn(owner, email)
    await owner.submit(await owner.get('/account'), {})
    await exhaust(email)
    await guess(email)
    expect((await askForCode(newBrowser(), email)).status).toBe(429) // control

    const codePage = await askForCode(owner, email)
    expect(codePage.status).toBe(200)
    expect((await owner.submit(codePage, { code: await newestCode(owner, email) })).status).toBe(303)
  })
})

describe('the lane of a browser that signed in before', () => {
  it('is only for the addresses that were proved in it', async () => {
    const attacker = newBrowser()
    await signIn(attacker, newEmail())
    const email = newEmail()
    await exhaust(email)
    expect((await askForCode(attacker, email)).status).toBe(429)
  })

  it('is not made up, nor taken along with another id', async () => {
    const email = newEmail()
    const owner = newBrowser()
    await signIn(owner, email)
    await exhaust(email)
    const [id = '', proof = ''] = (owner.cookie(KNOWN) ?? '').split('.')
    for (const cookie of ['', id, `${id}.${'A'.repeat(22)}`, `${'B'.repeat(43)}.${proof}`, `.${proof}`]) {
      const attacker = newBrowser()
      attacker.setCookie(KNOWN, cookie)
      expect((await askForCode(attacker, email)).status, cookie).toBe(429)
    }
    expect((await askForCode(owner, email)).status).toBe(200) // control
  })

  it('names no address, remembers several people, and gives nobody a session', async () => {
    const [first, second] = [newEmail(), newEmail()]
    const browser = newBrowser()
    await signIn(browser, first)
    await browser.submit(await browser.get('/account'), {})
    await signIn(browser, second)
    const known = browser.cookie(KNOWN) ?? ''
    const decoded = known.split('.').map((part) => atob(part.replaceAll('-', '+').replaceAll('_', '/')))
    for (const email of [first, second]) {
      for (const readable of [known, ...decoded]) expect(readable).not.toContain(email.slice(0, 8))
      await exhaust(email)
      expect((await askForCode(browser, email)).status).toBe(200)
    }
    const thief = newBrowser()
    thief.setCookie(KNOWN, browser.cookie(KNOWN) ?? '')
    expect((await thief.get('/account')).location).toContain('/sign-in')
  })

  it('has an end of its own: ten mails an hour', async () => {
    const email = newEmail()
    const owner = newBrowser()
    await signIn(owner, email)
    for (let i = 0; i < 10; i++) {
      advance(31)
      expect((await askForCode(owner, email)).status).toBe(200)
    }
    advance(31)
    const answer = await owner.post('/sign-in', { email })
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(3000)
  })
})

it('keeps an address open for its owner elsewhere when one network asks for too many codes', async () => {
  const email = newEmail()
  const attack = { 'CF-Connecting-IP': '203.0.113.7' }
  const answers = await Promise.all(Array.from({ length: 30 }, () => newBrowser().post('/sign-in', { email }, attack)))
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(10) // control
  const owner = newBrowser()
  const page = await askForCode(owner, email, { 'CF-Connecting-IP': '198.51.100.7' })
  expect((await owner.submit(page, { code: await newestCode(owner, email) })).status).toBe(303)
})
