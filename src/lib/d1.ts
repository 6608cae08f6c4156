import type { z } from 'zod'
import { callStore } from './storage.ts'

/** What may be bound to a parameter. */
export type Value = string | number | null | Uint8Array

export function statement(db: D1Database, sql: string, values: readonly Value[] = []): D1PreparedStatement {
  return db.prepare(sql).bind(...values)
}

/** Every row that the statement answers with, parsed. */
export async function all<Row>(
  db: D1Database,
  row: z.ZodType<Row>,
  sql: string,
  values: readonly Value[] = [],
): Promise<Row[]> {
  const prepared = statement(db, sql, values)
  return rowsOf(row, await callStore('D1', () => prepared.all()))
}

/** The first row, parsed; undefined when there is none. */
export async function first<Row>(
  db: D1Database,
  row: z.ZodType<Row>,
  sql: string,
  values: readonly Value[] = [],
): Promise<Row | undefined> {
  const prepared = statement(db, sql, values)
  const found = await callStore('D1', () => prepared.first())
  return found === null ? undefined : row.parse(found)
}

/** Answers with how many rows it changed. */
export async function run(db: D1Database, sql: string, values: readonly Value[] = []): Promise<number> {
  const prepared = statement(db, sql, values)
  return changesOf(await callStore('D1', () => prepared.run()))
}

type Results<Statements extends readonly D1PreparedStatement[]> = { [Place in keyof Statements]: D1Result }

/** All of it or nothing, in one transaction. */
export function batch<const Statements extends readonly D1PreparedStatement[]>(
  db: D1Database,
  statements: Statements,
): Promise<Results<Statements>> {
  return callStore('D1', () => db.batch([...statements]) as Promise<Results<Statements>>)
}

/** Of a statement in a batch: its rows, parsed. */
export function rowsOf<Row>(row: z.ZodType<Row>, result: D1Result | undefined): Row[] {
  return (result?.results ?? []).map((found) => row.parse(found))
}

/** Of a statement in a batch: how many rows it changed. */
export function changesOf(result: D1Result | undefined): number {
  return result?.meta.changes ?? 0
}

/** One condition of several, with what it compares to. */
export type Condition = readonly [sql: string, ...values: Value[]]

/**
 * Those that are given, each with the values of its own question marks: put `sql` after every `?1` of the statement, and
 * its values after theirs.
 */
export function conditions(...given: readonly (Condition | false | '' | null | undefined)[]) {
  const held = given.filter((condition) => typeof condition === 'object' && condition !== null)
  return {
    sql: held.map(([sql]) => `(${sql})`).join(' AND ') || 'true',
    values: held.flatMap(([, ...values]) => values),
  }
}
