import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runWrangler } from './wrangler.ts'

/** Where a D1 database is: the deployed one, or a folder of this machine (left out: the one `npm start` uses). */
export type DatabaseTarget = { remote: true } | { remote: false; persistTo?: string }

/** Runs the statements as one unit: wrangler and D1 apply all of them or none. */
export async function executeSql(target: DatabaseTarget, sql: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-sql-'))
  const file = join(folder, 'statements.sql')
  try {
    await writeFile(file, sql)
    await runWrangler(['d1', 'execute', 'postern', ...flags(target), '--yes', '--file', file])
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The rows of one query. */
export async function querySql(target: DatabaseTarget, sql: string): Promise<Record<string, unknown>[]> {
  const output = await runWrangler(['d1', 'execute', 'postern', ...flags(target), '--json', '--command', sql])
  const [answer] = JSON.parse(output) as { results: Record<string, unknown>[] }[]
  return answer?.results ?? []
}

function flags(target: DatabaseTarget): string[] {
  if (target.remote) return ['--remote']
  return ['--local', ...(target.persistTo ? ['--persist-to', target.persistTo] : [])]
}
