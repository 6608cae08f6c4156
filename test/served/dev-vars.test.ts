import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ensureDevVars, readCredentialSecrets } from '../support/dev-vars.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-dev-vars-'))
  file = join(folder, '.dev.vars')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('gives a checkout from before what is new, and leaves its keys their secret', async () => {
  const before = 'KEY_WRAPPING_SECRETS="of-the-keys-of-this-database"\nEMAIL_CODE_SECRET=of-the-mails'
  await writeFile(file, before)
  ensureDevVars(file)
  const after = await readFile(file, 'utf8')
  expect(after.startsWith(`${before}\n`)).toBe(true)
  const [secret = '', ...others] = readCredentialSecrets(file)
  expect(secret.length).toBeGreaterThanOrEqual(32)
  expect(others).toEqual([])

  ensureDevVars(file)
  expect(await readFile(file, 'utf8')).toBe(after) // control: nothing was missing any more
})

it.each([
  ['quoted', 'CREDENTIAL_SECRETS="new, old"\n'],
  ['bare, among others', 'A=1\n  CREDENTIAL_SECRETS = new,old \nB="2"'],
  ['in single quotes', "CREDENTIAL_SECRETS='new,old'"],
])('reads a list %s, newest first, as the Worker does', async (_name, text) => {
  await writeFile(file, text)
  expect(readCredentialSecrets(file)).toEqual(['new', 'old'])
})
