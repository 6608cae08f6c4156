import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newestCode, Browser as Visitor } from '../support/browser.ts'
import { launchChromium } from '../support/chromium.ts'
import { look } from '../support/look.ts'
import { startWorkerd, type Workerd } from '../support/server.ts'

const EMAIL = 'administrator@example.com'

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

it('an administrator creates an organization, sees an app reach it, and blocks it', async () => {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  await page.goto(`${server.origin}/organizations`)
  await page.getByLabel('E-mail address').fill(EMAIL)
  await page.getByRole('button', { name: 'Send the code' }).click()
  await page.getByLabel('Code').fill(await newestCode(new Visitor((request) => fetch(request), server.origin), EMAIL))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Name').fill('Acme')
  await page.getByLabel('Slug').fill('acme')
  await look(page, 'organizations')
  await page.getByRole('button', { name: 'Create the organization' }).click()
  expect(page.url()).toBe(`${server.origin}/organizations/acme`)
  await look(page, 'organization-empty')

  await page.goto(`${server.origin}/demo`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByLabel('Acme').check()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(`${server.origin}/demo`)

  await expect
    .poll(
      async () => {
        await page.goto(`${server.origin}/organizations/acme`)
        return page.getByText('1 person connected it').count()
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(1)
  await look(page, 'organization')
  await page.getByRole('button', { name: /^Block/ }).click()
  expect(await page.getByText('blocked', { exact: true }).count()).toBe(1)
  await look(page, 'organization-blocked')

  await page.goto(`${server.origin}/demo`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await expect(page.getByText('An administrator has blocked this app').count()).resolves.toBe(1)
  await look(page, 'consent-blocked')
})
