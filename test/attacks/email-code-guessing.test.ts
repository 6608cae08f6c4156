import { describe, expect, it } from 'vitest'
import { Browser, newestCode, type Page, signIn } from '../support/browser.ts'
import { advance } from '../support/workers/time.ts'
import { ISSUER, newEmail, transport } from '../support/workers/world.ts'

const SESSION = '__Host-postern-session'
const PENDING = '__Host-postern-sign-in'
const HOUR = 3600

const newBrowser = () => new Browser(transport, ISSUER)

async function askForCode(browser: Browser, email: string): Promise<Page> {
  const answer = await browser.submit(await browser.get('/sign-in?switch=1'), { email })
  return answer.location ? browser.follow(answer) : answer
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
  it('are ten an hour, and then the right one is refused as well', async () => {
    const { victim, codePage, code } = await askAndAttack()
    for (let left = 9; left > 0; left--) {
      const page = await victim.submit(codePage, { code: wrongCode(code) })
      expect(page.html).toContain(left === 1 ? 'One try is left.' : `${left} tries are left.`)
    }
    expect((await victim.submit(codePage, { code: wrongCode(code) })).html).toContain('Too many wrong codes')
    expect((await victim.submit(codePage, { code })).status).toBe(429)
    expect(victim.cookie(SESSION)).toBeUndefined()
  })

  it('may be nine, and then the right one is accepted (control)', async () => {
    const { victim, codePage, code } = await askAndAttack()
    for (let i = 0; i < 9; i++) await victim.submit(codePage, { code: wrongCode(code) })
    expect((await victim.submit(codePage, { code })).status).toBe(303)
  })

  it('are counted together from every browser, and a new code gives no new tries', async () => {
    const { email, attacker } = await askAndAttack()
    for (let asked = 0; asked < 2; asked++) {
      const codePage = await askForCode(attacker, email)
      const wrong = wrongCode(await newestCode(attacker, email))
      for (let i = 0; i < 5; i++) await attacker.submit(codePage, { code: wrong })
    }
    const another = newBrowser()
    const codePage = await askForCode(another, email)
    const code = await newestCode(another, email)
    expect((await another.submit(codePage, { code })).status).toBe(429)
  })

  it('are counted when fifty come at once', async () => {
    const { victim, codePage, code } = await askAndAttack()
    const wrong = wrongCode(code)
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => (await victim.submit(codePage, { code: wrong })).status),
    )
    expect(statuses.filter((status) => status === 422)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(40)
  })

  it('are forgotten after an hour', async () => {
    const { email, victim, codePage, code } = await askAndAttack()
    for (let i = 0; i < 11; i++) await victim.submit(codePage, { code: wrongCode(code) })
    advance(HOUR)
    expect((await signIn(victim, email)).status).toBe(303)
  })

  it('count alike for an address without an account', async () => {
    const known = newEmail()
    await signIn(newBrowser(), known)
    const statusesOf = async (email: string) => {
      const browser = newBrowser()
      const codePage = await askForCode(browser, email)
      const code = wrongCode(await newestCode(browser, email))
      const statuses: number[] = []
      for (let i = 0; i < 11; i++) statuses.push((await browser.submit(codePage, { code })).status)
      return statuses
    }
    expect(await statusesOf(newEmail())).toEqual(await statusesOf(known))
  })
})

describe('codes', () => {
  it('are five an hour for an address, and the answer is the same with an account and without', async () => {
    const known = newEmail()
    await signIn(newBrowser(), known)
    const answersOf = async (email: string, count: number) => {
      const answers: string[] = []
      for (let i = 0; i < count; i++) {
        const { status, location, html } = await askForCode(newBrowser(), email)
        answers.push(`${status} ${location} ${html.replaceAll(email, '(address)')}`)
      }
      return answers
    }
    const unknownAnswers = await answersOf(newEmail(), 6)
    expect(await answersOf(known, 5)).toEqual(unknownAnswers.slice(1)) // one was asked for above
    expect(unknownAnswers[4]).toMatch(/^200 null/)
    expect(unknownAnswers[5]).toMatch(/^429 null/)
  })

  it('still let the last one be entered where it was asked for', async () => {
    const browser = newBrowser()
    const email = newEmail()
    for (let i = 0; i < 5; i++) await askForCode(browser, email)
    const refused = await askForCode(browser, email)
    expect(refused.status).toBe(429)
    expect((await browser.submit(refused, { code: await newestCode(browser, email) })).status).toBe(303)
  })

  it('end when a new one is asked for', async () => {
    const browser = newBrowser()
    const email = newEmail()
    await askForCode(browser, email)
    const old = await newestCode(browser, email)
    const codePage = await askForCode(browser, email)
    expect((await browser.submit(codePage, { code: old })).status).toBe(422)
    expect((await browser.submit(codePage, { code: await newestCode(browser, email) })).status).toBe(303) // control
  })

  it('work once', async () => {
    const { victim, codePage, code } = await askAndAttack()
    const pending = victim.cookie(PENDING) ?? ''
    expect((await victim.submit(codePage, { code })).status).toBe(303)
    victim.setCookie(PENDING, pending)
    expect((await victim.submit(codePage, { code })).status).toBe(422)
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
