import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Bindings } from '../../src/env.ts'
import worker from '../../src/index.ts'
import { Browser, newestCode, type Page, signIn } from '../support/browser.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { advance } from '../support/workers/time.ts'
import { ISSUER, newEmail, transport } from '../support/workers/world.ts'

const SESSION = 'postern-session'
const DAY = 86_400

const newBrowser = () => new Browser(transport, ISSUER)

async function askForCode(browser: Browser, email: string): Promise<Page> {
  return browser.follow(await browser.submit(await browser.get('/sign-in'), { email }))
}

async function auditedEvents(email: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT event FROM audit_events JOIN accounts ON accounts.id = account_id WHERE email = ? ORDER BY at, event`,
  )
    .bind(email)
    .all<{ event: string }>()
  return results.map(({ event }) => event)
}

describe('signing in', () => {
  it('by address and code makes an account with its personal organization', async () => {
    const browser = newBrowser()
    const email = newEmail()
    const codePage = await askForCode(browser, `  ${email.toUpperCase()} `)
    const answer = await browser.submit(codePage, { code: await newestCode(browser, email) })
    expect(answer).toMatchObject({ status: 303, location: `${ISSUER}/account` })
    expect((await browser.get('/account')).html).toContain(email)

    const memberships = await env.DB.prepare(
      `SELECT role, personal_account_id = accounts.id AS personal
         FROM accounts JOIN members ON members.account_id = accounts.id
         JOIN organizations ON organizations.id = organization_id WHERE email = ?`,
    )
      .bind(email)
      .all()
    expect(memberships.results).toEqual([{ role: 'owner', personal: 1 }])
    expect(await auditedEvents(email)).toEqual(['session.signed_in'])
  })

  it('a second time is the same account', async () => {
    const email = newEmail()
    await signIn(newBrowser(), email)
    await signIn(newBrowser(), email)
    const accounts = await env.DB.prepare('SELECT count(*) AS n FROM accounts WHERE email = ?').bind(email).first('n')
    expect(accounts).toBe(1)
  })

  it('sets a cookie that no script can touch, and keeps only its hash', async () => {
    const browser = newBrowser()
    const answer = await signIn(browser, newEmail())
    const line = answer.headers.getSetCookie().find((cookie) => cookie.startsWith(SESSION)) ?? ''
    expect(line).toMatch(/^[\w-]+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
    const maxAge = Number(/Max-Age=(\d+)/.exec(line)?.[1])
    expect(maxAge, 'the server ends a session, not the cookie').toBeGreaterThan(90 * DAY)
    const stored = await env.DB.prepare('SELECT * FROM sessions').all()
    expect(JSON.stringify(stored.results).includes(browser.cookie(SESSION) ?? '')).toBe(false)
  })

  it('says in the mail which browser asked, and roughly where', async () => {
    const browser = newBrowser()
    const email = newEmail()
    await askForCode(browser, email)
    const response = await browser.fetch('/dev/outbox.json')
    const mails = await response.json<{ to: string; subject: string; text: string; code: string }[]>()
    const mail = mails.find(({ to }) => to === email)
    expect(mail?.text).toContain('Chrome on Linux')
    expect(mail?.text).toMatch(/near|unknown place/)
    expect(mail?.text).toContain(mail?.code)
    expect(mail?.code).toMatch(/^\d{8}$/)
  })

  it('accepts a code with blanks, and asks again for what cannot be one without counting it', async () => {
    const browser = newBrowser()
    const email = newEmail()
    const codePage = await askForCode(browser, email)
    for (let i = 0; i < 12; i++) expect((await browser.submit(codePage, { code: '1234' })).status).toBe(422)
    const code = await newestCode(browser, email)
    const spaced = `${code.slice(0, 4)} ${code.slice(4)}`
    expect((await browser.submit(codePage, { code: spaced })).status).toBe(303)
  })

  it.each([
    '',
    'nobody',
    'a@b',
    'a b@example.com',
    'a@example.com\nBcc: b@example.com',
    `${'a'.repeat(65)}@example.com`,
  ])('answers the address %j with an error at the field', async (email) => {
    const browser = newBrowser()
    const page = await browser.submit(await browser.get('/sign-in?return_to=/account'), { email })
    expect(page.status).toBe(422)
    expect(page.html).toMatch(/aria-describedby="email-problem" aria-invalid="true"/)
    expect(page.html).toContain('name="return_to" value="/account"')
  })

  it('ends a code after ten minutes, and then starts over without losing where to go', async () => {
    const browser = newBrowser()
    const email = newEmail()
    const path = '/sign-in?return_to=/account'
    const codePage = await browser.follow(await browser.submit(await browser.get(path), { email }))
    const code = await newestCode(browser, email)
    advance(600)
    expect((await browser.submit(codePage, { code })).html).toContain('has expired')
    const cookieGone = newBrowser()
    const again = await cookieGone.submit(codePage, { code })
    expect(again.status).toBe(400)
    expect(again.html).toContain('name="return_to" value="/account"')
  })

  it('keeps a request of four kilobytes, which no cookie would hold', async () => {
    const returnTo = `/authorize?state=${'s'.repeat(4096)}`
    expect((await signIn(newBrowser(), newEmail(), returnTo)).location).toBe(ISSUER + returnTo)
  })

  it('shows the form to somebody who is signed in only when they switch', async () => {
    const browser = newBrowser()
    await signIn(browser, newEmail())
    expect((await browser.get('/sign-in?return_to=/account')).location).toBe(`${ISSUER}/account`)
    const form = await browser.get('/sign-in?return_to=/account&switch=1')
    expect(form.status).toBe(200)
    const other = newEmail()
    const codePage = await browser.follow(await browser.submit(form, { email: other }))
    await browser.submit(codePage, { code: await newestCode(browser, other) })
    expect((await browser.get('/account')).html).toContain(other)
  })

  it('is refused to a suspended account, which loses its sessions as well', async () => {
    const browser = newBrowser()
    const email = newEmail()
    await signIn(browser, email)
    const suspend = env.DB.prepare('UPDATE accounts SET suspended_at = ? WHERE email = ?')
    await suspend.bind(1, email).run()
    expect((await browser.get('/account')).location).toContain('/sign-in')
    const again = newBrowser()
    expect((await signIn(again, email)).status).toBe(403)
    expect(again.cookie(SESSION)).toBeUndefined()
    await suspend.bind(null, email).run()
    expect((await browser.get('/account')).status).toBe(200) // control
  })
})

describe('two tabs and double clicks', () => {
  const SIGN_IN = 'postern-sign-in'

  async function mailsTo(email: string): Promise<number> {
    const count = env.DB.prepare('SELECT count(*) AS n FROM dev_outbox WHERE "to" = ?').bind(email)
    return (await count.first<number>('n')) ?? 0
  }

  it('send one code when "Send the code" is clicked twice, and both pages take it', async () => {
    const browser = newBrowser()
    const email = newEmail()
    const form = await browser.get('/sign-in?return_to=/connections')
    const [first, second] = await Promise.all([browser.submit(form, { email }), browser.submit(form, { email })])
    expect(second.location).toBe(first.location)
    expect(await mailsTo(email)).toBe(1)
    const pages = [await browser.follow(first), await browser.follow(second)]
    const code = await newestCode(browser, email)
    for (const page of pages) expect((await browser.submit(page, { code })).location).toBe(`${ISSUER}/connections`)
    expect(await auditedEvents(email)).toEqual(['session.signed_in'])
  })

  it('send another code half a minute later, when somebody asks for it (control)', async () => {
    const browser = newBrowser()
    const email = newEmail()
    await askForCode(browser, email)
    advance(31)
    await askForCode(browser, email)
    expect(await mailsTo(email)).toBe(2)
  })

  it('sign in once when "Sign in" is clicked twice: both answers carry the same session', async () => {
    const browser = newBrowser()
    const email = newEmail()
    const page = await askForCode(browser, email)
    const code = await newestCode(browser, email)
    const answers = await Promise.all([browser.submit(page, { code }), browser.submit(page, { code })])
    const cookies = answers.map(({ headers }) => headers.getSetCookie().find((line) => line.startsWith(SESSION)))
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(cookies[0] === cookies[1]).toBe(true)
    expect((await browser.get('/account')).html).toContain(email)
    expect(await auditedEvents(email)).toEqual(['session.signed_in'])
  })

  it('lead on from the code page of one tab when the other has signed in', async () => {
    const browser = newBrowser()
    const email = newEmail()
    const tabs = [await askForCode(browser, email), await askForCode(browser, email)] as const
    const code = await newestCode(browser, email)
    await browser.submit(tabs[0], { code })
    advance(60)
    expect((await browser.get(tabs[1].url)).location).toBe(`${ISSUER}/account`)
    expect((await browser.submit(tabs[1], { code })).location).toBe(`${ISSUER}/account`)
  })

  it('of two addresses say which one they are for, and cost each other no tries', async () => {
    const browser = newBrowser()
    const [first, second] = [newEmail(), newEmail()]
    const firstTab = await askForCode(browser, first)
    const secondTab = await askForCode(browser, second)
    expect(firstTab.html).toContain(`<strong>${first}</strong>`)
    expect((await browser.get(firstTab.url)).html, 'also when it is loaded again').toContain(
      `<strong>${first}</strong>`,
    )
    const wrong = await browser.submit(firstTab, { code: '00000000' })
    expect(wrong.html).toContain(`<strong>${first}</strong>`)
    expect(wrong.html).toContain('4 tries are left')
    expect((await browser.submit(secondTab, { code: '00000000' })).html).toContain('4 tries are left')
    expect((await browser.submit(firstTab, { code: await newestCode(browser, first) })).status).toBe(303)
    expect((await browser.get('/account')).html).toContain(first)
    const other = await browser.get('/sign-in?switch=1')
    expect(other.status).toBe(200)
    expect((await browser.submit(secondTab, { code: await newestCode(browser, second) })).status).toBe(303)
    expect((await browser.get('/account')).html).toContain(second)
  })

  it('show nobody the code page of another browser', async () => {
    const email = newEmail()
    const { url } = await askForCode(newBrowser(), email)
    const stranger = newBrowser()
    await askForCode(stranger, newEmail())
    expect((await stranger.get(url)).html).not.toContain(email)
    expect((await newBrowser().get(url)).html).not.toContain(email)
  })

  it('need no address in the form: the code of the newest request is meant', async () => {
    const browser = newBrowser()
    const email = newEmail()
    await browser.post('/sign-in', { email })
    expect(browser.cookie(SIGN_IN)).toBeDefined()
    expect((await browser.post('/sign-in/code', { code: await newestCode(browser, email) })).status).toBe(303)
  })
})

describe('a browser that keeps no cookies', () => {
  const cookieless = () => new Browser((request) => transport(withoutCookies(request)), ISSUER)
  function withoutCookies(request: Request): Request {
    const bare = new Request(request)
    bare.headers.delete('Cookie')
    return bare
  }

  it('is told so before a mail is sent, and does not lose where it was going', async () => {
    const browser = cookieless()
    const email = newEmail()
    const page = await browser.submit(await browser.get('/sign-in?return_to=/connections'), { email })
    expect(page.status).toBe(400)
    expect(page.html).toContain('Allow cookies for this site')
    expect(page.html).toContain('name="return_to" value="/connections"')
    expect(page.html).toContain(`value="${email}"`)
    const sent = await env.DB.prepare('SELECT count(*) AS n FROM dev_outbox WHERE "to" = ?').bind(email).first('n')
    expect(sent).toBe(0)
    expect((await newBrowser().submit(await newBrowser().get('/sign-in'), { email })).status).toBe(400)
  })

  it('is told so on the code page, and does not go in circles', async () => {
    const browser = cookieless()
    const page = await browser.get('/sign-in/code?return_to=/connections')
    expect(page.status).toBe(400)
    expect(page.html).toContain('Allow cookies for this site')
  })
})

describe('cookies', () => {
  const lines = async (bindings: object, origin: string) => {
    const request = new Request(`${origin}/sign-in`) as Parameters<typeof worker.fetch>[0]
    const response = await worker.fetch(request, { ...env, ...bindings } as Bindings, createExecutionContext())
    return response.headers.getSetCookie()
  }

  it('have no Secure and no prefix on loopback http, where Safari takes neither', async () => {
    const [line = ''] = await lines({}, ISSUER)
    expect(line).toMatch(/^postern-sign-in=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
  })

  it('are bound to the whole origin everywhere else (control)', async () => {
    const production = { ENVIRONMENT: 'production', ISSUER: 'https://auth.example', EMAIL_FROM: 'sign-in@auth.example' }
    const [line = ''] = await lines(production, 'https://auth.example')
    expect(line).toMatch(/^__Host-postern-sign-in=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
  })
})

describe('what people type', () => {
  it.each([
    ['anna-1@bücher.example', 'anna-1@xn--bcher-kva.example'],
    ['ANNA-1@BÜCHER.example', 'anna-1@xn--bcher-kva.example'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['\u200b anna-2@example.com\u3000', 'anna-2@example.com'],
    ['anna-3@例え。テスト', 'anna-3@xn--r8jz45g.xn--zckzah'],
  ])('%j is the address %s', async (typed, email) => {
    const browser = newBrowser()
    await askForCode(browser, typed)
    expect((await browser.post('/sign-in/code', { code: await newestCode(browser, email) })).status).toBe(303)
    const account = await env.DB.prepare('SELECT count(*) AS n FROM accounts WHERE email = ?').bind(email).first('n')
    expect(account).toBe(1)
  })

  it.each([
    ['full-width digits', (code: string) => shift(code, 0xff10)],
    ['Arabic digits', (code: string) => shift(code, 0x660)],
    ['Persian digits', (code: string) => shift(code, 0x6f0)],
    ['Devanagari digits', (code: string) => shift(code, 0x966)],
    ['a dash and blanks', (code: string) => ` ${code.slice(0, 4)} – ${code.slice(4)}\u00a0`],
    ['a mark of direction', (code: string) => `\u200e${code}\u200f`],
  ])('a code in %s is taken', async (_name, spell) => {
    const browser = newBrowser()
    const email = newEmail()
    const page = await askForCode(browser, email)
    expect((await browser.submit(page, { code: spell(await newestCode(browser, email)) })).status).toBe(303)
  })

  const shift = (code: string, zero: number) =>
    Array.from(code, (digit) => String.fromCodePoint(zero + Number(digit))).join('')
})

describe('a session', () => {
  it('lives as long as it is used, and ends after thirty idle days', async () => {
    const browser = newBrowser()
    await signIn(browser, newEmail())
    for (let month = 0; month < 2; month++) {
      advance(29 * DAY)
      expect((await browser.get('/account')).status).toBe(200)
    }
    advance(30 * DAY)
    expect((await browser.get('/account')).location).toContain('/sign-in')
  })

  it('ends half a year after its sign-in, however much it is used', async () => {
    const browser = newBrowser()
    await signIn(browser, newEmail())
    for (let day = 20; day < 180; day += 20) {
      advance(20 * DAY)
      expect((await browser.get('/account')).status).toBe(200)
    }
    advance(20 * DAY)
    expect((await browser.get('/account')).location).toContain('/sign-in')
  })

  it('is deleted by the schedule once it has ended', async () => {
    const count = () => env.DB.prepare('SELECT count(*) AS n FROM sessions').first<number>('n')
    const runSchedule = () => worker.scheduled(createScheduledController(), env)
    await signIn(newBrowser(), newEmail())
    await runSchedule()
    expect(await count()).toBeGreaterThan(0) // control
    advance(181 * DAY)
    await runSchedule()
    expect(await count()).toBe(0)
  })

  it('ends when the person signs out, and is audited', async () => {
    const browser = newBrowser()
    const email = newEmail()
    await signIn(browser, email)
    const secret = browser.cookie(SESSION) ?? ''
    expect((await browser.submit(await browser.get('/account'), {})).location).toBe(`${ISSUER}/`)
    expect(browser.cookie(SESSION)).toBeUndefined()
    browser.setCookie(SESSION, secret)
    expect((await browser.get('/account')).location).toContain('/sign-in')
    expect(await auditedEvents(email)).toEqual(['session.signed_in', 'session.signed_out'])
  })
})

describe('mail in production', () => {
  interface Sent {
    to: string
    from: string
    subject: string
    text: string
  }

  /** The outside world: what the Email Service was given. */
  async function postSignIn(change: object, send: (mail: Sent) => Promise<unknown>) {
    const production = { ENVIRONMENT: 'production', ISSUER: 'https://auth.example', EMAIL_FROM: 'sign-in@auth.example' }
    const request = new Request('https://auth.example/sign-in', {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'https://auth.example' },
      body: new URLSearchParams({ email: newEmail() }),
    }) as Parameters<typeof worker.fetch>[0]
    const ctx = createExecutionContext()
    const bindings = { ...env, ...production, EMAIL: { send }, ...change } as Bindings
    const response = await worker.fetch(request, bindings, ctx)
    return { response, settled: () => waitOnExecutionContext(ctx) }
  }

  it('leaves after the answer, and not into the development outbox', async () => {
    const sent: Sent[] = []
    let deliver = () => {}
    const held = new Promise<void>((resolve) => {
      deliver = resolve
    })
    const { response, settled } = await postSignIn({}, async (mail) => {
      await held
      sent.push(mail)
    })
    expect(response.status).toBe(303)
    expect(sent).toEqual([])
    deliver()
    await settled()
    expect(sent).toEqual([expect.objectContaining({ from: 'sign-in@auth.example', to: expect.any(String) })])
    const kept = await env.DB.prepare('SELECT count(*) AS n FROM dev_outbox WHERE "to" = ?')
      .bind(sent[0]?.to)
      .first('n')
    expect(kept).toBe(0)
  })

  it('is missed in the log when the service refuses it, without its code', async () => {
    const refused = async ({ text }: Sent) => {
      throw Object.assign(new Error(`refused: ${text}`), { code: 'E_SENDER_NOT_VERIFIED' })
    }
    const { settled } = await postSignIn({}, refused)
    await settled()
    const [[line] = []] = takeConsoleErrors()
    expect(line).toMatch(/a sign-in mail could not be sent: E_SENDER_NOT_VERIFIED$/)
  })

  it.each([{ EMAIL_FROM: '' }, { EMAIL: undefined }])('is not promised by a deployment with %o', async (change) => {
    const { response } = await postSignIn(change, async () => {})
    expect(response.status).toBe(500)
    expect(await response.text()).toContain(Object.keys(change)[0])
    expect(takeConsoleErrors()).toHaveLength(1)
  })
})
