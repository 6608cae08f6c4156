import { readFileSync } from 'node:fs'

export type SchemaSection = {
  version: number
  statements: string[]
}

/** schema.sql as its numbered sections, each split into statements. */
export function splitSchema(): SchemaSection[] {
  const text = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')
  const parts = text.split(/^-- section (\d+):.*$/m)
  const sections: SchemaSection[] = []
  for (let i = 1; i < parts.length; i += 2) {
    sections.push({ version: Number(parts[i]), statements: splitStatements(parts[i + 1]!) })
  }
  return sections
}

/** A comment is two dashes and a space: a hash may hold the dashes. */
export function splitStatements(sql: string): string[] {
  return sql
    .replace(/--(?=\s|$).*$/gm, '')
    .match(/\s*(?:CREATE TRIGGER[\s\S]*?\bEND;|[\s\S]*?;)[ \t]*$/gm)!
    .map((statement) => statement.trim().replace(/;$/, ''))
    .filter(Boolean)
}
