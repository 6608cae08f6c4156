import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { ARTIFACTS } from './build.ts'

// The package then uses the libraries it carries: a machine without any of Chromium's has a browser too.
// It reads the variable when it is imported.
process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x'
const { default: chromium } = await import('@sparticuz/chromium')

const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
/** Built for a function that renders one page and ends: a browser with windows and several pages cannot run so. */
const UNFIT = new Set(['--single-process', '--no-zygote', '--in-process-gpu'])

/** A real Chromium, from npm. Throws where it does not start: a test without a browser has not passed. */
export async function launchChromium(): Promise<Browser> {
  const args = [...chromium.args.filter((argument) => !UNFIT.has(argument)), ...QUIET]
  return playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true })
}

/** For people to look at; nothing compares it. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(ARTIFACTS, 'screenshots')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
