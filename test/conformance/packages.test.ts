import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { buildWorker } from '../support/build.ts'
import { ROOT } from '../support/wrangler.ts'

const MAX_BUNDLE_BYTES = 340 * 1024
/** A version and nothing else, under its own name or another package's. */
const EXACT_VERSION = /^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/

it('uploads at most 340 KiB, gzipped', { timeout: 60_000 }, async () => {
  const bundle = readFileSync(await buildWorker())
  expect(bundle.length).toBeGreaterThan(MAX_BUNDLE_BYTES / 10) // control: it is the bundle
  expect(gzipSync(bundle).length).toBeLessThanOrEqual(MAX_BUNDLE_BYTES)
})

it('asks for exact versions', () => {
  const { dependencies, devDependencies } = readJson('package.json')
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !EXACT_VERSION.test(String(version)),
  )
  expect(loose).toEqual([])
})

it.each(['^1.2.3', '~1.2.3', '1.x', 'latest', 'npm:@cloudflare/vitest-plugin@^1.4.10'])(
  'would notice %s',
  (version) => {
    expect(version).not.toMatch(EXACT_VERSION)
  },
)

// Two runtimes in one tree would test one and serve with the other.
it('locks one version of workerd', () => {
  const { packages } = readJson('package-lock.json')
  const versions = Object.entries(packages as Record<string, { version: string }>)
    .filter(([path]) => /(^|\/)node_modules\/(workerd|@cloudflare\/workerd-linux-64)$/.test(path))
    .map(([, { version }]) => version)
  expect(versions.length).toBeGreaterThan(1)
  expect(new Set(versions).size).toBe(1)
})

function readJson(file: string): Record<string, object> {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Record<string, object>
}
