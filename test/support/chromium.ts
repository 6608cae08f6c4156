import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { ARTIFACTS } from './build.ts'

// The package then uses the libraries it carries: a machine without any of Chromium's has a browser too.
// It reads the variable when it is imported.
process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x'
const { default: chromium } = await import('@sparticuz/chromium')

/**
 * Our own list. The package brings one for a function that renders a single page and ends: it joins all processes into
 * one, takes down the walls between sites and turns off the same-origin policy, so that no test could see a page fail
 * that fails for people.
 */
const ARGUMENTS = [
  // Chromium has no sandbox where the tests run as root, as they do in containers.
  '--no-sandbox',
  // No graphics card is needed, and screenshots look the same on every machine.
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--font-render-hinting=none',
  // Nothing calls home.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
]

/** Its executable, unpacked unless it already is. Not safe to run in two processes at once. */
export function unpackChromium(): Promise<string> {
  return chromium.executablePath()
}

/** A real Chromium, from npm. Throws where it does not start: a test without a browser has not passed. */
export async function launchChromium(): Promise<Browser> {
  return playwright.launch({ executablePath: await unpackChromium(), args: ARGUMENTS, headless: true })
}

/** For people to look at; nothing compares it. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(ARTIFACTS, 'screenshots')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
