import { describe, expect, it } from 'vitest'
import { Browser, newestCode, type Page, signIn } from '../support/browser.ts'
import { advance } from '../support/workers/time.ts'
import { ISSUER, newEmail, transport } from '../support/workers/world.ts'

const SESSION = 'postern-session'
const PENDING = 'postern-sign-in'

const newBrowser = () => new Browser(transport, ISSUER)

async function askForCode(browser: Browser, email: string): Promise<Page> {
  const answer = await browser.submit(await browser.get('/sign-in?switch=1'), { email })
  return answer.location ? browser.follow(answer) : answer
}

/** Everything that an answer tells, but for what is the browser's own. */
function impersonal({ status, location, html }: Page, email: string): string {
  const page = html.replaceAll(email, '(address)').replaceAll(/name="form_token" value="[^"]+"/g, '')
  return `${status} ${location} ${page}`
}

/** Of the codes that were mailed to an address, oldest first. */
async function codeOf(browser: Browser, email: string, index: number): Promise<string> {
  const mails: { to: string; code: string }[] = await (await browser.fetch('/dev/outbox.json')).json()
  const codes = mails.filter(({ to }) => to === email).map(({ code }) => code)
  return codes.reverse()[index] ?? ''
}

const wrongCode = (code: string) => String((Number(code) + 1) % 100_000_000).padStart(8, '0')

/** Somebody who asked for a code, and an attacker's browser that claims to have asked for it. */
async function askAndAttack() {
  const email = newEmail()
  const victim = newBrowser()
  const codePage = await askForCode(victim, email)
  return { email, victim, attacker: newBrowser(), codePage, code: await newestCode(victim, email) }
}

describe('wrong codes', () => {
  it('are five for each code, and then the right one is refused as well', async () => {
    const { victim, codePage, code } = await askAndAttack()
    for (let left = 4; left > 0; left--) {
      const page = await victim.submit(codePage, { code: wrongCode(code) })
      expect(page.html).toContain(left === 1 ? 'One try is left.' : `${left} tries are left.`)
    }
    expect((await victim.submit(codePage, { code: wrongCode(code) })).html).toContain('Five wrong codes were tried')
    expect((await victim.submit(codePage, { code })).status).toBe(422)
    expect(victim.cookie(SESSION)).toBeUndefined()
  })

  it('may be four, and then the right one is accepted (control)', async () => {
    const { victim, codePage, code } = await askAndAttack()
    for (let i = 0; i < 4; i++) await victim.submit(codePage, { code: wrongCode(code) })
    expect((await victim.submit(codePage, { code })).status).toBe(303)
  })

  it('are counted when fifty come at once', async () => {
    const { victim, codePage, code } = await askAndAttack()
    const wrong = wrongCode(code)
    const pages = await Promise.all(Array.from({ length: 50 }, () => victim.submit(codePage, { code: wrong })))
    expect(pages.filter(({ html }) => html.includes('tries are left') || html.includes('try is left'))).toHaveLength(4)
    expect((await victim.submit(codePage, { code })).status).toBe(422)
  })

  it('do not keep anybody from asking for another code at once', async () => {
    const { email, victim, codePage, code } = await askAndAttack()
    for (let i = 0; i < 6; i++) await victim.submit(codePage, { code: wrongCode(code) })
    expect((await signIn(victim, email)).status).toBe(303)
  })

  it('count alike for an address without an account', async () => {
    const known = newEmail()
    await signIn(newBrowser(), known)
    const answersOf = async (email: string) => {
      const browser = newBrowser()
      const codePage = await askForCode(browser, email)
      const code = wrongCode(await newestCode(browser, email))
      const answers: string[] = []
      for (let i = 0; i < 7; i++) answers.push(impersonal(await browser.submit(codePage, { code }), email))
      return answers
    }
    expect(await answersOf(newEmail())).toEqual(await answersOf(known))
  })
})

describe('codes', () => {
  it('are twenty an hour for an address, and the answer is the same with an account and without', async () => {
    const known = newEmail()
    await signIn(newBrowser(), known)
    const answersOf = async (email: string, count: number) => {
      const answers: string[] = []
      for (let i = 0; i < count; i++) answers.push(impersonal(await askForCode(newBrowser(), email), email))
      return answers
    }
    const unknownAnswers = await answersOf(newEmail(), 21)
    expect(await answersOf(known, 20)).toEqual(unknownAnswers.slice(1)) // one was asked for above
    expect(unknownAnswers[19]).toMatch(/^200 null/)
    expect(unknownAnswers[20]).toMatch(/^429 null/)
  })

  it('still let the last one be entered where it was asked for, and say when there is another', async () => {
    const browser = newBrowser()
    const email = newEmail()
    await askForCode(browser, email)
    for (let i = 0; i < 19; i++) await askForCode(newBrowser(), email)
    const code = await codeOf(browser, email, 0)
    advance(31)
    const refused = await askForCode(browser, email)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3500)
    expect(Number(refused.headers.get('Retry-After'))).toBeLessThanOrEqual(3600)
    expect(refused.html).toContain('Enter the last one that was sent, or ask again in')
    expect((await browser.submit(refused, { code })).status).toBe(303)
  })

  it('end when the same browser asks for a new one', async () => {
    const browser = newBrowser()
    const email = newEmail()
    await askForCode(browser, email)
    const old = await newestCode(browser, email)
    advance(31)
    const codePage = await askForCode(browser, email)
    expect((await browser.submit(codePage, { code: old })).status).toBe(422)
    expect((await browser.submit(codePage, { code: await newestCode(browser, email) })).status).toBe(303) // control
  })

  it('work once: sent again a moment later they are the same sign-in, and after that none', async () => {
    const { victim, codePage, code } = await askAndAttack()
    const pending = victim.cookie(PENDING) ?? ''
    expect((await victim.submit(codePage, { code })).status).toBe(303)
    const session = victim.cookie(SESSION)
    const again = newBrowser()
    again.setCookie(PENDING, pending)
    expect((await again.submit(codePage, { code })).status).toBe(303)
    expect(again.cookie(SESSION) === session).toBe(true)
    const late = newBrowser()
    late.setCookie(PENDING, pending)
    advance(31)
    expect((await late.submit(codePage, { code })).status).toBe(422)
    expect(late.cookie(SESSION)).toBeUndefined()
  })

  it('are not answered once more to whoever comes after somebody who signed out', async () => {
    const { victim, codePage, code } = await askAndAttack()
    await victim.submit(codePage, { code })
    await victim.submit(await victim.get('/account'), {})
    expect((await victim.submit(codePage, { code })).status).toBe(400)
    expect(victim.cookie(SESSION)).toBeUndefined()
  })
})

describe('a code that was read over the shoulder', () => {
  it('is refused in a browser that did not ask', async () => {
    const { attacker, codePage, code } = await askAndAttack()
    expect((await attacker.submit(codePage, { code })).status).toBe(400)
    expect(attacker.cookie(SESSION)).toBeUndefined()
  })

  it('is refused in a browser that asked for another address and rewrote its cookie', async () => {
    const { attacker, victim, codePage, code } = await askAndAttack()
    await askForCode(attacker, newEmail())
    const [ownSecret] = (attacker.cookie(PENDING) ?? '').split('.')
    const [, victimAddress] = (victim.cookie(PENDING) ?? '').split('.')
    attacker.setCookie(PENDING, `${ownSecret}.${victimAddress}`)
    expect((await attacker.post('/sign-in/code', { code })).status).toBe(422)
    expect((await attacker.submit(codePage, { code })).status).toBe(422)
    expect(attacker.cookie(SESSION)).toBeUndefined()
    expect((await victim.submit(codePage, { code })).status).toBe(303) // control
  })

  it.each(['', '.', 'x', 'x.', '.x', 'x.A', 'x.%00', 'x.!!', `x.${'A'.repeat(3000)}`])(
    'is refused with the cookie %j',
    async (cookie) => {
      const { attacker, codePage, code } = await askAndAttack()
      attacker.setCookie(PENDING, cookie)
      expect((await attacker.submit(codePage, { code })).status).toBe(400)
    },
  )
})
