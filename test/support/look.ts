import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { screenshot } from './chromium.ts'

const PHONE = { width: 390, height: 844 }
const SERIOUS = new Set(['serious', 'critical'])
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * At desktop and phone width, in the light and in the dark: pictures for people, and what axe finds. axe is a
 * script: where the page allows none, there are only the pictures.
 */
export async function look(page: Page, name: string, { scripts = true } = {}): Promise<void> {
  const size = page.viewportSize()
  // Evaluated, not added to the page: its policy allows no script but our own.
  if (scripts) await page.evaluate(axe)
  await screenshot(page, name)
  if (scripts) await expectAccessible(page, name)
  await page.setViewportSize(PHONE)
  await page.emulateMedia({ colorScheme: 'dark' })
  await screenshot(page, `${name}-phone`)
  if (scripts) await expectAccessible(page, `${name}, on a phone in the dark`)
  expect(await overflow(page), `${name} is wider than a phone`).toBe(0)
  await page.emulateMedia({ colorScheme: 'light' })
  if (size) await page.setViewportSize(size)
}

async function expectAccessible(page: Page, name: string): Promise<void> {
  const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })")
  const found = violations
    .filter(({ impact }) => SERIOUS.has(impact ?? ''))
    .map(({ id, nodes }) => `${name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
  expect(found).toEqual([])
}

function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
