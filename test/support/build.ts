import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT, runWrangler } from './wrangler.ts'

/** What tests and benches leave behind; git ignores it. */
export const ARTIFACTS = join(ROOT, '.artifacts')

/** The Worker as `wrangler deploy` would upload it: the path of its one module. Built once per state of the sources. */
export async function buildWorker(): Promise<string> {
  const builds = join(ARTIFACTS, 'builds')
  const folder = join(builds, hashSources())
  const script = join(folder, 'index.js')
  if (existsSync(script)) return script
  await rm(builds, { recursive: true, force: true })
  await mkdir(builds, { recursive: true })
  const fresh = await mkdtemp(join(builds, 'unfinished-'))
  await runWrangler(['deploy', '--dry-run', '--outdir', fresh])
  // A build that was interrupted never has the final name.
  await rename(fresh, folder)
  return script
}

function hashSources(): string {
  const hash = createHash('sha256')
  for (const file of ['wrangler.toml', 'package-lock.json', ...globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).sort()]) {
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)))
  }
  return hash.digest('hex').slice(0, 16)
}
