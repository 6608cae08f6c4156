import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium, screenshot } from '../support/chromium.ts'
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

it('shows the landing page, styled from our own origin and from nowhere else', async () => {
  const page = await browser.newPage()
  const requested: string[] = []
  page.on('request', (request) => requested.push(new URL(request.url()).origin))
  const refused: string[] = []
  page.on('console', (message) => message.type() === 'error' && refused.push(message.text()))

  const answer = await page.goto(server.origin)

  expect(answer?.status()).toBe(200)
  expect(await page.title()).not.toBe('')
  expect(new Set(requested)).toEqual(new Set([server.origin]))
  expect(refused).toEqual([])
  await screenshot(page, 'landing')
})
