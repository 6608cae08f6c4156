import type { Browser, Page } from 'playwright-core'
import { Webhook as Verifier } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newestCode, Browser as Visitor } from '../support/browser.ts'
import { launchChromium } from '../support/chromium.ts'
import { invitationPath } from '../support/invitation.ts'
import { look } from '../support/look.ts'
import { useWorld } from '../support/outside-world.ts'
import type { Workerd } from '../support/server.ts'
import { startWebhookReceiver } from '../support/webhook-receiver.ts'

const EMAIL = 'administrator@example.com'
const GUEST = 'guest@example.com'

const world = useWorld(startWebhookReceiver)
let server: Workerd
let browser: Browser

beforeAll(async () => {
  server = world().server
  browser = await launchChromium()
})

afterAll(() => browser?.close())

/** In a browser of their own, at an address that asks for the sign-in. */
async function signedIn(email: string, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  await page.goto(address)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Send the code' }).click()
  await page.getByLabel('Code').fill(await newestCode(new Visitor((request) => fetch(request), server.origin), email))
  await page.getByRole('button', { name: 'Sign in' }).click()
  return page
}

it('an administrator creates an organization, sees an app reach it, and blocks it', async () => {
  const page = await signedIn(EMAIL, `${server.origin}/organizations`)
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
        return page.getByRole('link', { name: 'Demo integration' }).count()
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(1)
  await look(page, 'organization')
  await page.getByRole('link', { name: 'Policy' }).click()
  await look(page, 'policy')
  await page.getByLabel(/^Apps of verified publishers/).check()
  await page.getByRole('button', { name: 'See what changes' }).click()
  await expect(page.getByText('This cuts off 1 app, 1 grant of 1 person').count()).resolves.toBe(1)
  await look(page, 'policy-preview')
  await page.getByRole('link', { name: 'Back' }).click()

  await page.goto(`${server.origin}/organizations/acme`)
  await page.getByRole('link', { name: 'Demo integration' }).click()
  await page.getByText('Block it').click()
  await look(page, 'organization-app')
  await page.getByRole('button', { name: 'Block' }).click()
  await expect(page.getByText('blocked', { exact: true }).count()).resolves.toBe(1)
  await look(page, 'organization-blocked')
  await page.getByRole('link', { name: EMAIL }).first().click()
  await look(page, 'organization-person')
  await page.getByRole('link', { name: 'Policy' }).click()
  await expect(page.getByText('finished, 1 grant').count()).resolves.toBe(1)
  await look(page, 'policy-jobs')

  await page.goto(`${server.origin}/demo`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await expect(page.getByText('An administrator has blocked this app').count()).resolves.toBe(1)
  await look(page, 'consent-blocked')
})

it('an administrator invites somebody, who asks for the blocked app and is answered', async () => {
  const { origin } = server
  const administrator = await signedIn(EMAIL, `${origin}/organizations/acme`)
  await administrator.getByLabel('E-mail address').fill(GUEST)
  await administrator.getByRole('button', { name: 'Send the invitation' }).click()
  expect(await administrator.getByText(GUEST, { exact: true }).count()).toBe(1)
  await look(administrator, 'organization-invited')

  const outside = new Visitor((request) => fetch(request), origin)
  const guest = await signedIn(GUEST, origin + (await invitationPath(outside, GUEST)))
  await look(guest, 'invitation')
  await guest.getByRole('button', { name: 'Accept' }).click()
  expect(guest.url()).toBe(`${origin}/organizations/acme`)

  await guest.goto(`${origin}/demo`)
  await guest.getByRole('button', { name: 'Connect' }).click()
  await look(guest, 'consent-refused')
  await guest.getByRole('link', { name: /^Ask them to allow it/ }).click()
  await guest.getByLabel('What do you need it for?').fill('Our projects are planned with it.')
  await look(guest, 'access-request')
  await guest.getByRole('button', { name: 'Ask' }).click()
  await look(guest, 'access-requested')

  await administrator.getByRole('link', { name: 'Requests' }).click()
  await administrator.getByLabel(/^Note to/).fill('Fine with us.')
  await administrator.locator('summary', { hasText: 'Limits of an approval' }).click()
  await look(administrator, 'access-requests')
  await administrator.getByRole('button', { name: /^Approve/ }).click()
  await look(administrator, 'access-requests-answered')

  await guest.getByRole('link', { name: /^Back to what the app asked for/ }).click()
  await guest.getByLabel('Acme').check()
  await guest.getByRole('button', { name: 'Allow' }).click()
  await guest.waitForURL(`${origin}/demo`)
})

it('an administrator reads the audit log, and has it sent to a system of theirs', async () => {
  const { resolver, outside } = world()
  const page = await signedIn(EMAIL, `${server.origin}/organizations/acme`)
  await page.getByRole('link', { name: 'Audit log' }).click()
  expect(await page.getByText('blocked an app').count()).toBe(1)
  await look(page, 'audit')
  await page.getByLabel('Event', { exact: true }).selectOption('app.blocked')
  await page.getByRole('button', { name: 'Show' }).click()
  expect(await page.getByRole('row').count()).toBe(2)

  await page.getByRole('link', { name: 'Webhooks' }).click()
  await look(page, 'webhooks-empty')
  await page.getByRole('link', { name: 'Add a webhook' }).click()
  await page.getByLabel('Address').fill('https://localhost/hook')
  await page.getByRole('button', { name: 'Create the webhook' }).click()
  await expect(page.getByText('The host is a single word').count()).resolves.toBe(1)
  await page.getByLabel('Address').fill('https://siem.example.com/hooks/postern')
  await page.getByLabel('Only these').check()
  await page.locator('summary', { hasText: 'Events' }).click()
  await page.getByLabel('added a webhook').check()
  await look(page, 'webhook-form')
  resolver.zone.set('siem.example.com', { A: ['93.184.215.14'] })
  outside.answers.set('/hooks/postern', [500])
  await page.getByRole('button', { name: 'Create the webhook' }).click()
  const secret = (await page.locator('#secret').textContent())?.trim() ?? ''
  await look(page, 'webhook-created')

  await outside.waitFor('/hooks/postern', 1)
  await page.getByRole('link', { name: 'Go to the webhook' }).click()
  await expect
    .poll(async () => (await page.reload()) && page.getByText('is tried again').count(), { timeout: 10_000 })
    .toBe(1)
  await look(page, 'webhook-failing')
  const [, again] = await outside.waitFor('/hooks/postern', 2)
  const message = new Verifier(secret).verify(again?.body ?? '', again?.headers ?? {})
  expect(message).toMatchObject({ type: 'webhook.created' })
  await expect
    .poll(async () => (await page.reload()) && page.getByText('2 attempts').count(), { timeout: 10_000 })
    .toBe(1)
  await page.getByRole('button', { name: /^Send again/ }).click()
  await look(page, 'webhook-resent')
  expect(await outside.waitFor('/hooks/postern', 3)).toHaveLength(3)

  await page.getByRole('link', { name: 'Change…' }).click()
  await page.getByLabel('added a webhook').uncheck()
  await page.getByLabel('blocked an app').check()
  await look(page, 'webhook-change')
  await page.getByRole('button', { name: 'Save' }).click()
  expect(await page.getByText('Told: app.blocked').count()).toBe(1)
  await page.getByRole('link', { name: 'Webhooks' }).click()
  await look(page, 'webhooks')
  await page.getByRole('link', { name: 'siem.example.com' }).click()
  await page.getByRole('link', { name: 'Change…' }).click()
  await page.locator('summary', { hasText: 'Create a new secret' }).click()
  await page.getByRole('button', { name: 'Create a new secret' }).click()
  expect(await page.locator('#secret').textContent()).not.toContain(secret)
  await page.getByRole('link', { name: 'Go to the webhook' }).click()
  await page.getByRole('link', { name: 'Change…' }).click()
  await page.locator('summary', { hasText: 'Delete the webhook' }).click()
  await page.getByRole('button', { name: 'Delete it' }).click()
  await expect(page.getByText('Nobody is told anything yet.').count()).resolves.toBe(1)
})
