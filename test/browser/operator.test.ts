import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newestCode, Browser as Visitor } from '../support/browser.ts'
import { launchChromium } from '../support/chromium.ts'
import { look } from '../support/look.ts'
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

async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Send the code' }).click()
  const code = await newestCode(new Visitor((request) => fetch(request), server.origin), email)
  await page.getByLabel('Code').fill(code)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

it('an operator adds an API with a scope, and a developer finds it', async () => {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  await page.goto(`${server.origin}/operator/catalog`)
  await signIn(page, 'operator@example.com')
  await look(page, 'catalog')

  await page.getByRole('link', { name: 'Add an API' }).click()
  await page.getByLabel('Identifier').fill('http://api.example.com')
  await page.getByLabel('Name', { exact: true }).fill('Notes API')
  await page.getByRole('button', { name: 'Save' }).click()
  await look(page, 'resource-wrong')
  await page.getByLabel('Identifier').fill('https://api.example.com')
  await page.getByRole('button', { name: 'Save' }).click()

  await page.getByRole('link', { name: 'Add a scope to Notes API' }).click()
  await page.getByLabel('Name', { exact: true }).fill('notes:read')
  await page.getByLabel('Title').fill('See notes')
  await page.getByLabel(/The sentence/).fill('See the notes of the organizations you choose.')
  await look(page, 'scope-new')
  await page.getByRole('button', { name: 'Save' }).click()
  expect(await page.getByText('See the notes of the organizations').count()).toBe(1)

  await page.getByRole('link', { name: 'notes:read' }).click()
  await look(page, 'scope')
  await page.goto(`${server.origin}/operator/catalog`)
  await page.getByRole('link', { name: 'Edit Notes API' }).click()
  await look(page, 'resource')
  await page.getByRole('button', { name: 'Create credentials' }).click()
  await look(page, 'resource-credentials')

  await page.goto(`${server.origin}/developer/apps/new/cli`)
  await page.getByLabel('Search scopes').fill('notes')
  expect(await page.getByLabel(/See notes/).isVisible()).toBe(true)
  expect(await page.getByLabel(/Manage apps/).isVisible()).toBe(false)
})

it('the API is described on a page for people', async () => {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  await page.goto(`${server.origin}/api/v1/docs`)
  await look(page, 'api-docs')
})

it('an operator sees how it is, stops an app everywhere, and lets it go on', async () => {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  await page.goto(`${server.origin}/operator`)
  await signIn(page, 'operator@example.com')
  await look(page, 'operator')

  await page.getByRole('navigation', { name: 'Operator' }).getByRole('link', { name: 'Apps' }).click()
  await page.getByLabel('Name or id').fill('demo')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('Suspend: Demo integration').click()
  await page.getByLabel('Why').fill('Leaked its tokens.')
  await look(page, 'operator-suspend')
  await page.getByRole('button', { name: 'Suspend it everywhere' }).click()
  expect(await page.getByText('suspended', { exact: true }).count()).toBe(1)
  await look(page, 'operator-apps')

  await page.goto(`${server.origin}/demo`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await expect(page.getByRole('button', { name: 'Allow' }).count()).resolves.toBe(0)
  await page.goto(`${server.origin}/operator/apps`)
  await page.getByText('Let it go on: Demo integration').click()
  expect(await page.getByRole('checkbox', { name: /counts again/ }).isChecked()).toBe(false)
  await look(page, 'operator-resume')
  await page.getByRole('button', { name: 'Let it go on', exact: true }).click()
  expect(await page.getByText('suspended', { exact: true }).count()).toBe(0)

  await page.goto(`${server.origin}/demo`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('checkbox').first().check()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(`${server.origin}/demo`)
  await page.goto(`${server.origin}/operator/keys`)
  await page.locator('summary').first().click()
  await look(page, 'operator-keys')
})
