import { type DatabaseTarget, executeSql, querySql } from './database.ts'
import { splitSchema } from './schema-sections.ts'

/**
 * Applies the sections of schema.sql above `schema_version`, oldest first; returns the versions applied. All of them
 * are one unit: what fails half-way leaves nothing behind and can be tried again.
 */
export async function applySchema(target: DatabaseTarget): Promise<number[]> {
  const current = await findVersion(target)
  const missing = splitSchema().filter((section) => section.version > current)
  const statements = missing.flatMap(({ version, statements }) => [
    ...statements,
    `UPDATE schema_version SET version = ${version}`,
  ])
  if (statements.length > 0) await executeSql(target, statements.map((statement) => `${statement};\n`).join(''))
  return missing.map((section) => section.version)
}

/** 0 for an empty database. */
async function findVersion(target: DatabaseTarget): Promise<number> {
  try {
    const [row] = await querySql(target, 'SELECT version FROM schema_version')
    return Number(row?.version ?? 0)
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such table: schema_version')) return 0
    throw error
  }
}

if (import.meta.main) {
  const target: DatabaseTarget = process.argv.includes('--remote') ? { remote: true } : { remote: false }
  const applied = await applySchema(target)
  console.log(applied.length > 0 ? `Applied section ${applied.join(', ')}.` : 'The schema is up to date.')
}
