import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { authorizePath, codeOf, demoClient, exchangeForm, makePkce, postToken } from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'

const LATENCY_MS = 40
/** The demo says here that it did not begin this: these tests did. */
const APP_PATH = '/demo/callback'

const server = useWorkerd()
let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

let people = 0

/** Somebody who signed in, far enough from the server for two clicks to meet. */
async function newPerson(scripts: boolean): Promise<Page> {
  const { origin } = server()
  const context = await browser.newContext({ javaScriptEnabled: scripts })
  const page = await context.newPage()
  const email = `double-click-${++people}@example.com`
  await page.goto(`${origin}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Send the code' }).click()
  const outbox: { to: string; code: string }[] = await (await context.request.get(`${origin}/dev/outbox.json`)).json()
  await page.getByLabel('Code').fill(outbox.find(({ to }) => to === email)?.code ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${origin}/account`)
  const devtools = await context.newCDPSession(page)
  await devtools.send('Network.enable')
  const unlimited = { downloadThroughput: -1, uploadThroughput: -1 }
  await devtools.send('Network.emulateNetworkConditions', { offline: false, latency: LATENCY_MS, ...unlimited })
  return page
}

/** Presses the same spot twice, as an impatient hand does; the page may be gone by the second time. */
async function clickTwice(page: Page, name: string, apartMs: number): Promise<void> {
  const button = page.getByRole('button', { name, exact: true })
  await button.scrollIntoViewIfNeeded()
  const box = await button.boundingBox()
  if (!box) throw new Error(`there is no button ${name}`)
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.click(x, y)
  await new Promise((resolve) => setTimeout(resolve, apartMs))
  await page.mouse.click(x, y)
}

/** Not `waitForURL`: the second click ends the navigation that the first one began. */
async function expectAt(page: Page, path: string): Promise<void> {
  await expect.poll(() => new URL(page.url()).pathname, { timeout: 20_000 }).toBe(path)
  await page.waitForLoadState()
}

const CLICKS = [true, false].flatMap((scripts) => [20, 100, 200, 300].map((apart) => [scripts, apart] as const))

describe.each(CLICKS)('clicked twice (scripts allowed: %s, %i ms apart)', (scripts, apartMs) => {
  it('Allow brings the person to the app, with the one code that works', async () => {
    const page = await newPerson(scripts)
    const client = demoClient(server().origin)
    const pkce = makePkce()
    const callbacks: string[] = []
    page.on('request', (request) => request.url().startsWith(`${client.redirectUri}?`) && callbacks.push(request.url()))
    await page.goto(server().origin + authorizePath(client, pkce))

    await clickTwice(page, 'Allow', apartMs)
    await expectAt(page, APP_PATH)
    expect(new Set(callbacks.map(codeOf)).size).toBe(1)
    // Without scripts the app may hear the same code twice; with them it hears it once.
    expect(callbacks.length).toBeLessThanOrEqual(scripts ? 1 : 2)
    const authorizationCode = { code: codeOf(callbacks[0] ?? null), verifier: pkce.verifier }
    expect(await postToken(server().origin, exchangeForm(client, authorizationCode))).toMatchObject({ status: 200 })
    await page.context().close()
  })

  it('Create the organization makes one, and shows it', async () => {
    const page = await newPerson(scripts)
    const slug = `clicked-${people}`
    await page.goto(`${server().origin}/organizations`)
    await page.getByLabel('Name').fill('Clicked twice')
    await page.getByLabel(/slug|address/i).fill(slug)

    await clickTwice(page, 'Create the organization', apartMs)

    await expectAt(page, `/organizations/${slug}`)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Clicked twice')
    await page.context().close()
  })
})

describe.each([true, false])('with the keyboard (scripts allowed: %s)', (scripts) => {
  it('Enter in a tick box grants nothing, and Enter on the button does', async () => {
    const page = await newPerson(scripts)
    const client = demoClient(server().origin)
    await page.goto(server().origin + authorizePath(client, makePkce()))
    const asked = page.url()
    await page.getByRole('checkbox').first().press('Enter')
    await page.waitForTimeout(500)
    expect(page.url()).toBe(asked)
    await page.getByRole('button', { name: 'Allow' }).press('Enter') // control
    await expectAt(page, APP_PATH)
    await page.context().close()
  })

  it('a forgotten organization is said where the boxes are, and what was ticked stays ticked', async () => {
    const page = await newPerson(scripts)
    const client = demoClient(server().origin)
    await page.goto(server().origin + authorizePath(client, makePkce()))
    const box = page.locator('input[name=organization]').first()
    await box.uncheck()
    await page.getByRole('button', { name: 'Allow' }).click()

    const message = page.getByRole('alert').filter({ hasText: 'Choose at least one organization' })
    await message.waitFor()
    expect(await message.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await page.getByRole('group', { name: 'In which organizations?' }).getByRole('alert').count()).toBe(1)
    expect(await box.isChecked()).toBe(false)
    await page.context().close()
  })
})
