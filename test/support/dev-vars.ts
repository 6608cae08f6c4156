import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const SECRETS = ['KEY_WRAPPING_SECRETS', 'CREDENTIAL_SECRETS', 'EMAIL_CODE_SECRET']

/**
 * Adds the secrets that are missing and never replaces one: signing keys are wrapped under them, and a
 * new value would end every key of the local database.
 */
export function ensureDevVars(file: string): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const missing = SECRETS.filter((name) => !new RegExp(`^\\s*${name}\\s*=`, 'm').test(text))
  if (missing.length === 0) return
  const separator = text === '' || text.endsWith('\n') ? '' : '\n'
  const lines = missing.map((name) => `${name}="${randomBytes(32).toString('base64url')}"\n`)
  writeFileSync(file, text + separator + lines.join(''), { mode: 0o600 })
}

/** The secrets that the demo is sealed with, as the Worker will read them from the file. */
export function readCredentialSecrets(file: string): string[] {
  const line = /^\s*CREDENTIAL_SECRETS\s*=\s*(.*?)\s*$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? ''
  const list = line.replace(/^(["'])(.*)\1$/, '$2')
  return list.split(',').flatMap((secret) => secret.trim() || [])
}
