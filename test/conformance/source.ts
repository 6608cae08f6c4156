import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { ROOT } from '../support/wrangler.ts'

/** A file of src/, by its path there. */
export interface Source {
  path: string
  /** Without comments, so that a comment may name what the code may not use. */
  code: string
}

export interface Import {
  specifier: string
  /** The path in src/ that a relative specifier names; undefined for a package. */
  target: string | undefined
  typeOnly: boolean
}

export function readSources(): Source[] {
  const paths = globSync('**/*.{ts,tsx}', { cwd: join(ROOT, 'src') }).sort()
  return paths.map((path) => makeSource(path, readFileSync(join(ROOT, 'src', path), 'utf8')))
}

export function makeSource(path: string, text: string): Source {
  return { path, code: stripComments(text) }
}

const STRING_OR_COMMENT = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/.*|\/\*[\s\S]*?\*\//g

function stripComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (token) => (token.startsWith('/') ? '' : token))
}

const IMPORT = /\b(?:(import|export)\s+(type\s)?[^'";()]*?from\s*|import\s*\(?\s*)'([^']+)'/g

export function importsOf({ path, code }: Source): Import[] {
  return [...code.matchAll(IMPORT)].map(([, , typeOnly, specifier]) => ({
    specifier: specifier!,
    target: specifier!.startsWith('.') ? normalize(join(dirname(path), specifier!)) : undefined,
    typeOnly: typeOnly !== undefined,
  }))
}

/** The folder of a file, or the file itself where it lies directly in src/. */
export function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path
}
