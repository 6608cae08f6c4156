import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { look } from '../support/look.ts'
import { type Server, startWranglerDev } from '../support/server.ts'

let server: Server
let browser: Browser

beforeAll(async () => {
  server = await startWranglerDev()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

async function signIn(page: Page, email: string, scripts = true): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await look(page, 'sign-in', { scripts })
  await page.getByRole('button', { name: 'Send the code' }).click()
  await page.getByLabel('Code').fill('00000000')
  await page.getByRole('button', { name: 'Sign in' }).click()
  expect(await page.getByRole('alert').textContent()).toContain('not the code')
  await look(page, 'sign-in-code', { scripts })
  const outbox = await browser.newPage()
  await outbox.goto(`${server.origin}/dev/outbox`)
  const mail = await outbox.locator('pre').first().textContent()
  await look(outbox, 'outbox', { scripts })
  await outbox.close()
  await page.getByLabel('Code').fill(/\d{8}/.exec(mail ?? '')?.[0] ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** What the newest step of the demo was answered. */
const newestStatus = (page: Page) => page.locator('.timeline li').last().locator('summary .tag').last().textContent()

it.each([true, false])('walks through sign-in, consent and the demo, scripts allowed: %s', async (scripts) => {
  const context = await browser.newContext({ javaScriptEnabled: scripts, viewport: { width: 1100, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${server.origin}/demo`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await signIn(page, `walker-${scripts}@example.com`, scripts)

  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Demo integration')
  await look(page, 'consent', { scripts })
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(`${server.origin}/demo`)
  expect(await newestStatus(page)).toBe('200')

  for (const [button, status] of [
    ['Read the profile', '200'],
    ['Read projects', '200'],
    ['Create a project', '403'],
    ['Refresh', '200'],
    ['Revoke', '200'],
    ['Refresh', '400'],
  ] as const) {
    await page.getByRole('button', { name: button, exact: true }).click()
    expect(`${button}: ${await newestStatus(page)}`).toBe(`${button}: ${status}`)
  }
  await look(page, 'demo', { scripts })
  expect(await page.content()).not.toMatch(/pst_(rt|code)_[\w-]{20}/)

  await page.goto(`${server.origin}/account`)
  await look(page, 'account', { scripts })
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.goto(`${server.origin}/account`)
  expect(page.url()).toContain('/sign-in')
  await context.close()
})

it('comes back to the app with access_denied when the person refuses', async () => {
  const page = await browser.newPage()
  await page.goto(`${server.origin}/demo`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await signIn(page, 'refuser@example.com')
  await page.getByRole('button', { name: 'Deny' }).click()
  await page.waitForURL(`${server.origin}/demo`)
  expect(await page.getByRole('alert').textContent()).toContain('The person refused')
  await look(page, 'demo-denied')
})
