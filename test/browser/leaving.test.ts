import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { look } from '../support/look.ts'
import { useWorkerd } from '../support/use-workerd.ts'

const LATENCY_MS = 40

const server = useWorkerd()
let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

let people = 0

async function newPerson({ scripts = true, email = `leaving-${++people}@example.com` } = {}): Promise<Page> {
  const { origin } = server()
  const context = await browser.newContext({ javaScriptEnabled: scripts })
  const page = await context.newPage()
  await page.goto(`${origin}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Send the code' }).click()
  const outbox: { to: string; code: string }[] = await (await context.request.get(`${origin}/dev/outbox.json`)).json()
  await page.getByLabel('Code').fill(outbox.find(({ to }) => to === email)?.code ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${origin}/account`)
  return page
}

async function newOrganization(page: Page, name: string): Promise<string> {
  const slug = `leaving-${++people}`
  await page.goto(`${server().origin}/organizations`)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel(/slug|address/i).fill(slug)
  await page.getByRole('button', { name: 'Create the organization' }).click()
  await page.waitForURL(`${server().origin}/organizations/${slug}`)
  return slug
}

describe.each([true, false])('whoever leaves (scripts allowed: %s)', (scripts) => {
  it('closes their organization, takes along what is stored, and deletes the account with two clicks too many', async () => {
    const { origin } = server()
    const page = await newPerson({ scripts })
    await newOrganization(page, 'Acme')

    await page.goto(`${origin}/account`)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download it' }).click()
    expect((await download).suggestedFilename()).toMatch(/^postern-account-.*\.json$/)

    await page.getByRole('link', { name: 'delete your account' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('You are the last owner')
    if (scripts) await look(page, 'delete-account-last-owner')
    await page.getByRole('link', { name: /^Close it.*Acme/ }).click()
    await page.getByLabel('Its name').fill('Somebody else')
    await page.getByRole('button', { name: 'Close it for good' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('Nothing was closed')
    if (scripts) await look(page, 'close-organization')
    await page.getByLabel('Its name').fill('Acme')
    await page.getByRole('button', { name: 'Close it for good' }).click()
    await page.waitForURL(`${origin}/organizations`)

    await page.goto(`${origin}/account/delete`)
    if (scripts) await look(page, 'delete-account')
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Network.enable')
    const unlimited = { downloadThroughput: -1, uploadThroughput: -1 }
    await devtools.send('Network.emulateNetworkConditions', { offline: false, latency: LATENCY_MS, ...unlimited })
    const box = await page.getByRole('button', { name: 'Delete it for good' }).boundingBox()
    if (!box) throw new Error('there is no button')
    for (const _ of [1, 2, 3]) {
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
      await page.waitForTimeout(30)
    }
    await expect.poll(() => new URL(page.url()).pathname, { timeout: 20_000 }).toBe('/account/deleted')
    await page.waitForLoadState()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Your account is deleted')
    await page.goto(`${origin}/account`)
    expect(page.url()).toContain('/sign-in')
    await page.context().close()
  })
})

it('an operator says what becomes of an organization, and the account is gone', async () => {
  const { origin } = server()
  const email = `erased-${++people}@example.com`
  const person = await newPerson({ email })
  await newOrganization(person, 'Left behind')
  const operator = await newPerson({ email: 'operator@example.com' })
  await operator.goto(`${origin}/operator/accounts?q=${encodeURIComponent(email)}`)
  await look(operator, 'operator-accounts')
  await operator.getByRole('link', { name: /^Erase/ }).click()
  await look(operator, 'operator-erase')
  await operator.getByLabel('Left behind').selectOption({ label: 'It is closed, with its apps' })
  await operator.getByRole('button', { name: 'Erase it for good' }).click()
  await operator.waitForURL(`${origin}/operator/accounts`)
  await person.goto(`${origin}/account`)
  expect(person.url()).toContain('/sign-in')
})
