import { join } from 'node:path'
import { buildWorker } from './build.ts'
import { unpackChromium } from './chromium.ts'
import { ensureDevVars } from './dev-vars.ts'
import { ROOT } from './wrangler.ts'

/** Makes once, before the first file, what files that run side by side would otherwise all make in the same place. */
export async function setup(): Promise<void> {
  ensureDevVars(join(ROOT, '.dev.vars'))
  await Promise.all([buildWorker(), unpackChromium()])
}
