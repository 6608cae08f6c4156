import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT, runWrangler } from './wrangler.ts'

/** What tests and benches leave behind; git ignores it. */
export const ARTIFACTS = join(ROOT, '.artifacts')

/** Our Worker as `wrangler deploy` would upload it: the path of its one module. */
export function buildWorker(): Promise<string> {
  return buildOnce('wrangler.toml', 'src/**/*.{ts,tsx}')
}

/** The module of the Worker that a configuration describes, or of another entry. Built once per state of its sources. */
export async function buildOnce(config: string, sources: string, entry?: string): Promise<string> {
  const builds = join(ARTIFACTS, 'builds', (entry ?? config).replaceAll('/', '-'))
  const folder = join(builds, hashFiles([config, 'package-lock.json', ...globSync(sources, { cwd: ROOT }).sort()]))
  if (!existsSync(folder)) {
    await rm(builds, { recursive: true, force: true })
    await mkdir(builds, { recursive: true })
    const fresh = await mkdtemp(join(builds, 'unfinished-'))
    await runWrangler(['deploy', ...(entry ? [entry] : []), '--config', config, '--dry-run', '--outdir', fresh])
    // A build that was interrupted never has the final name.
    await rename(fresh, folder)
  }
  const [script, ...others] = globSync(join(folder, '*.js'))
  if (script === undefined || others.length > 0) throw new Error(`${config} is not one module`)
  return script
}

function hashFiles(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)))
  return hash.digest('hex').slice(0, 16)
}
