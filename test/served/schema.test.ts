import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { executeSql, querySql } from '../support/database.ts'
import { applySchema } from '../support/schema.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-schema-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('keeps what is in a database of this very schema', async () => {
  const target = { remote: false, persistTo: folder } as const
  expect(await applySchema(target)).toEqual([1])
  await executeSql(target, "INSERT INTO accounts (id, email, created_at) VALUES ('acc_1', 'kept@example.com', 1);")
  expect(await applySchema(target)).toEqual([])
  expect(await querySql(target, 'SELECT email FROM accounts')).toEqual([{ email: 'kept@example.com' }])
})

it.each([
  ['with its thirteen sections', 'CREATE TABLE schema_version (version INTEGER NOT NULL);'],
  ['of another text', 'CREATE TABLE schema_version (version INTEGER NOT NULL, fingerprint TEXT);'],
])('says what to do about a database from before (%s), and changes nothing in it', async (_when, table) => {
  const target = { remote: false, persistTo: folder } as const
  await executeSql(target, `${table}\nINSERT INTO schema_version (version) VALUES (13);`)
  await expect(applySchema(target)).rejects.toThrow(`rm -r ${folder}`)
  expect(await querySql(target, "SELECT name FROM sqlite_master WHERE name = 'accounts'")).toEqual([])
})
