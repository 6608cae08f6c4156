import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { ROOT } from '../support/wrangler.ts'

const documents = globSync('{*.md,docs/**/*.md,.github/**/*.yml}', { cwd: ROOT }).sort()
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

describe('our documents', () => {
  it('name no file that is not there', () => {
    expect(documents.length).toBeGreaterThan(20) // control
    expect(documents.flatMap((path) => findMissing(read(path)).map((missing) => `${path}: ${missing}`))).toEqual([])
  })

  it('would be caught naming one', () => {
    expect(findMissing('see `src/oauth/token.ts` and test/flows/gone.test.ts')).toEqual(['test/flows/gone.test.ts'])
  })

  it('list every decision', () => {
    const index = read('docs/decisions/README.md')
    const decisions = globSync('[0-9]*.md', { cwd: join(ROOT, 'docs/decisions') })
    expect(decisions.filter((file) => !index.includes(`(${file})`))).toEqual([])
  })
})

function findMissing(text: string): string[] {
  const named = text.match(/\b(src|test|docs)\/[\w./-]*\.(tsx?|md|sql)\b/g) ?? []
  return [...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))
}

describe('the bindings', () => {
  it('that the code knows are those that wrangler.toml has, secrets and variables included', () => {
    expect(bindingsOf(read('src/env.ts')).sort()).toEqual(boundNames())
  })

  it('would be missed', () => {
    expect(bindingsOf('export interface Bindings {\n  DB: D1Database\n  EMAIL?: SendEmail\n}\n')).toEqual([
      'DB',
      'EMAIL',
    ])
  })
})

/** Set in development only, where `npm start` and tests name it. */
const DEVELOPMENT_ONLY = ['GUARDED_FETCH_TEST_ORIGIN']

function bindingsOf(source: string): string[] {
  const [, members = ''] = /export interface Bindings \{\n([\s\S]*?)\n\}/.exec(source) ?? []
  return [...members.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name ?? '')
}

function boundNames(): string[] {
  const config = unstable_readConfig({ config: join(ROOT, 'wrangler.toml') })
  const named = [...config.send_email, ...config.durable_objects.bindings, ...(config.ratelimits ?? [])]
  const bound = [
    ...config.d1_databases,
    ...config.kv_namespaces,
    ...config.workflows,
    ...(config.queues.producers ?? []),
  ]
  return [
    ...named.map(({ name }) => name),
    ...bound.map(({ binding }) => binding),
    ...Object.keys(config.vars),
    ...(config.secrets?.required ?? []),
    ...DEVELOPMENT_ONLY,
  ].sort()
}
