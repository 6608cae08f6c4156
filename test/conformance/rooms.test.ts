import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/wrangler.ts'
import { findCircles, findWrongImports, ROOMS } from './arrow.ts'
import { ONLY_RULES } from './only-rules.ts'
import { makeSource, readSources, roomOf } from './source.ts'

const sources = readSources()

describe('the arrow of rooms', () => {
  it('is kept by every import', () => {
    const wrong = sources.flatMap((source) => findWrongImports(source).map((to) => `${source.path} imports ${to}`))
    expect(wrong).toEqual([])
  })

  it.each([
    ['back', 'lib/random.ts', `import { issueCode } from '../oauth/issue-code.ts'`],
    ['sideways', 'apps/app.ts', `import type { Scope } from '../catalog/catalog.ts'`],
    ['from one edge to another', 'oauth/consent.ts', `export { signInRoutes } from '../sign-in/routes.tsx'`],
    ['from the design system to a domain', 'ui/maker.tsx', `import type { App } from '../apps/app.ts'`],
    ['from a domain to the design system', 'apps/maker.ts', `import type { Maker } from '../ui/maker.tsx'`],
    ['from the kit to a feature', 'dashboard/kit/route.ts', `import { changeApp } from '../apps/actions.ts'`],
    ['from a feature to what is inside another', 'dashboard/catalog/api.ts', `import '../apps/schemas.ts'`],
    ['from a feature to what composes them', 'dashboard/apps/api.ts', `import '../routes.ts'`],
    ['down from env by value', 'env.ts', `import { GrantLedger } from './ledger/grant-ledger-object.ts'`],
    ['from the resource server to us', 'resource-server/verify.ts', `import { sha256 } from '../lib/encoding.ts'`],
    ['from the demo to us', 'demo/demo.tsx', `const app = await import('../app.ts')`],
    ['from the demo to our engine', 'demo/demo.tsx', `import '@cloudflare/workers-oauth-provider'`],
    ['to the demo', 'oauth/token.ts', `import { demo } from '../demo/demo.tsx'`],
    ['from an unknown room', 'helpers/strings.ts', `import { app } from '../apps/app.ts'`],
  ])('would not allow an import %s', (_direction, path, text) => {
    expect(findWrongImports(makeSource(path, text))).toHaveLength(1)
  })

  it.each([
    ['down, over rooms', 'oauth/token.ts', `import { findApp } from '../apps/apps-store.ts'`],
    ['within a room', 'apps/apps-store.ts', `import { appRow } from './app.ts'`],
    ['from an edge to the design system', 'oauth/consent-page.tsx', `import { Layout } from '../ui/layout.tsx'`],
    ['from a feature to the actions of another', 'dashboard/operator/api.ts', `import '../apps/actions.ts'`],
    ['from a feature to the kit', 'dashboard/apps/secrets/api.ts', `import '../../kit/route.ts'`],
    ['in a comment', 'lib/random.ts', `// import { issueCode } from '../oauth/issue-code.ts'`],
  ])('allows an import %s', (_direction, path, text) => {
    expect(findWrongImports(makeSource(path, text))).toEqual([])
  })

  it('is kept by env, which knows no class of an object', () => {
    const text = `import type { GrantLedger } from './ledger/grant-ledger-object.ts'`
    expect(findWrongImports(makeSource('env.ts', text))).toHaveLength(1)
  })

  it('leads no file back to itself', () => {
    expect(findCircles(sources)).toEqual([])
  })

  it('would not allow a circle, over several files and by types alone', () => {
    const planted = [
      makeSource('lib/a.ts', `import { b } from './b.ts'`),
      makeSource('lib/b.ts', `import type { C } from './c.ts'`),
      makeSource('lib/c.ts', `export { a } from './a.ts'`),
      makeSource('lib/d.ts', `import { a } from './a.ts'`),
    ]
    expect(findCircles(planted)).toEqual(['lib/a.ts → lib/b.ts → lib/c.ts → lib/a.ts'])
  })

  it('names every room there is', () => {
    expect(sources.map(({ path }) => roomOf(path)).filter((room) => !ROOMS.has(room))).toEqual([])
  })
})

describe.each(ONLY_RULES)('only $what', ({ allowedIn, uses, violation }) => {
  it('holds', () => {
    const elsewhere = sources.filter((source) => !allowedIn(source.path) && uses(source))
    expect(elsewhere.map(({ path }) => path)).toEqual([])
  })

  it('catches a violation', () => {
    expect(allowedIn(violation.path)).toBe(false)
    expect(uses(makeSource(violation.path, violation.text))).toBe(true)
  })
})

describe('the top level', () => {
  it('holds the sources and what tools need beside them', () => {
    const ignored = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')
    const generated = new Set(['.git', ...ignored.map((line) => line.replace(/\/$/, ''))])
    expect(readdirSync(ROOT).filter((entry) => !generated.has(entry) && !TOP_LEVEL.has(entry))).toEqual([])
  })
})

const TOP_LEVEL = new Set([
  ...['package.json', 'tsconfig.json', 'wrangler.toml', 'schema.sql', 'src', 'test', 'README.md', 'LICENSE'],
  ...['SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...['package-lock.json', 'biome.json', 'vitest.config.ts', '.ci', '.github', '.gitignore', 'docs'],
])
