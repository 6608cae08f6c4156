import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { startWorkerd, type Workerd } from '../support/server.ts'

let server: Workerd
let browser: Browser

beforeAll(async () => {
  server = await startWorkerd()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** A page behind a line on which every request takes that long. */
async function openPage(context: BrowserContext, latency: number): Promise<Page> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  const unlimited = { offline: false, downloadThroughput: -1, uploadThroughput: -1 }
  await session.send('Network.emulateNetworkConditions', { ...unlimited, latency })
  return page
}

/** As an impatient finger does it: the second click comes before the first one's answer. */
async function clickTwice(page: Page, name: string, gapMs: number): Promise<void> {
  const box = await page.getByRole('button', { name, exact: true }).boundingBox()
  if (!box) throw new Error(`no button ${name}`)
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.click(x, y)
  await page.waitForTimeout(gapMs)
  await page.mouse.click(x, y)
}

async function rows<T>(sql: string, email: string): Promise<T[]> {
  return (await server.database.prepare(sql).bind(email).all<T>()).results
}

const codesFor = (email: string) => rows<{ code: string }>('SELECT code FROM dev_outbox WHERE "to" = ?', email)

describe.each([
  [20, 0],
  [80, 0],
  [80, 40],
  [150, 0],
  [150, 100],
])('at a latency of %i ms, clicked again after %i ms', (latency, gapMs) => {
  it('"Send the code" sends one mail, and "Sign in" signs in', async () => {
    const context = await browser.newContext()
    const page = await openPage(context, latency)
    const email = `twice-${randomUUID()}@example.com`
    await page.goto(`${server.origin}/sign-in?return_to=/connections`)
    await page.getByLabel('E-mail address').fill(email)
    await clickTwice(page, 'Send the code', gapMs)
    await page.getByLabel('Code').waitFor()
    expect(await page.getByRole('main').textContent()).toContain(email)
    const codes = await codesFor(email)
    expect(codes).toHaveLength(1)

    await page.getByLabel('Code').fill(codes[0]?.code ?? '')
    await clickTwice(page, 'Sign in', gapMs)
    // Not waitForURL, which fails when the second click ends the navigation of the first.
    await expect.poll(() => page.url(), { timeout: 30_000 }).toBe(`${server.origin}/connections`)
    await page.goto(`${server.origin}/account`)
    expect(await page.getByRole('main').textContent()).toContain(email)
    const sessions = 'SELECT id_hash FROM sessions JOIN accounts ON accounts.id = account_id WHERE email = ?'
    expect(await rows(sessions, email)).toHaveLength(1)
    await context.close()
  })
})

it('two tabs for one address: one signs in, and the other goes on', async () => {
  const context = await browser.newContext()
  const email = `tabs-${randomUUID()}@example.com`
  const tabs = [await openPage(context, 40), await openPage(context, 40)] as const
  for (const tab of tabs) {
    await tab.goto(`${server.origin}/sign-in`)
    await tab.getByLabel('E-mail address').fill(email)
    await tab.getByRole('button', { name: 'Send the code' }).click()
    await tab.getByLabel('Code').waitFor()
  }
  const [{ code } = { code: '' }] = await codesFor(email)
  for (const tab of tabs) {
    await tab.getByLabel('Code').fill(code)
    await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.waitForURL(`${server.origin}/account`)
  }
  expect(await codesFor(email)).toHaveLength(1)
  await context.close()
})
