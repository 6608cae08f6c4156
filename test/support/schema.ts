import { createHash } from 'node:crypto'
import { type DatabaseTarget, executeSql, querySql } from './database.ts'
import { type SchemaSection, splitSchema } from './schema-sections.ts'

/** The database was made by another text of the first section, and nothing is released: there is no way between them. */
export class OtherSchema extends Error {
  override readonly name = 'OtherSchema'

  constructor(target: DatabaseTarget) {
    const local = target.remote ? '' : (target.persistTo ?? '.wrangler/state')
    const next = local
      ? `Delete it to begin anew (rm -r ${local}): accounts, apps and grants of this machine go with it.`
      : 'Make a new database, or bring it to what schema.sql says by hand and write its fingerprint into schema_version.'
    super(`The database was made by another schema.sql than this one, and cannot be brought forward. ${next}`)
  }
}

/**
 * Applies the sections of schema.sql above `schema_version`, oldest first; returns the versions applied. All of them
 * are one unit: what fails half-way leaves nothing behind and can be tried again. Throws {@link OtherSchema}.
 */
export async function applySchema(target: DatabaseTarget): Promise<number[]> {
  const sections = splitSchema()
  const fingerprint = fingerprintOf(sections)
  const current = await findState(target)
  if (current.version > 0 && current.fingerprint !== fingerprint) throw new OtherSchema(target)
  const missing = sections.filter((section) => section.version > current.version)
  const statements = missing.flatMap(({ version, statements }) => [
    ...statements,
    `UPDATE schema_version SET version = ${version}, fingerprint = '${fingerprint}'`,
    // Authorities read everything anew, in the shape that it has now.
    "INSERT INTO changed VALUES ('everything')",
  ])
  if (statements.length > 0) await executeSql(target, statements.map((statement) => `${statement};\n`).join(''))
  return missing.map((section) => section.version)
}

/** Of the first section, without its comments: later ones are only ever added. */
function fingerprintOf([first]: readonly SchemaSection[]): string {
  return createHash('sha256')
    .update((first?.statements ?? []).join('\n').replace(/\s+/g, ' '))
    .digest('hex')
    .slice(0, 16)
}

/** Version 0 for an empty database. */
async function findState(target: DatabaseTarget): Promise<{ version: number; fingerprint: string }> {
  try {
    const [row] = await querySql(target, 'SELECT * FROM schema_version')
    return { version: Number(row?.version ?? 0), fingerprint: String(row?.fingerprint ?? '') }
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such table: schema_version')) {
      return { version: 0, fingerprint: '' }
    }
    throw error
  }
}

if (import.meta.main) {
  const target: DatabaseTarget = process.argv.includes('--remote') ? { remote: true } : { remote: false }
  const applied = await applySchema(target).catch((error: Error) => {
    if (!(error instanceof OtherSchema)) throw error
    console.error(error.message)
    process.exit(1)
  })
  console.log(applied.length > 0 ? `Applied section ${applied.join(', ')}.` : 'The schema is up to date.')
}
