import { type Import, importsOf, roomOf, type Source } from './source.ts'

/** Who may import whom: from one layer to any layer below it, never back and never sideways. */
const LAYERS = [
  ['index.ts'],
  ['app.ts'],
  ['answer-error.ts', 'jobs.ts'],
  ['oauth', 'oidc', 'sign-in', 'dashboard'],
  ['ledger'],
  ['authority'],
  ['engine', 'tokens'],
  ['apps', 'catalog', 'organizations', 'accounts', 'grants', 'keys'],
  ['revocation', 'webhooks'],
  ['audit'],
  ['lib'],
]
const OPEN_TO_ALL = new Set(['env.ts', 'errors.ts', 'lib'])
/** Shows things and knows none of them: edges import it. */
const UI = 'ui'
/** Rooms that prove us from outside: what else they may import. */
const OUTSIDERS: Record<string, { rooms: string[]; packages: RegExp }> = {
  'resource-server': { rooms: [], packages: /^(hono|jose)(\/|$)/ },
  demo: { rooms: ['resource-server'], packages: /^(hono|jose|oauth4webapi)(\/|$)/ },
}
export const ROOMS = new Set([...LAYERS.flat(), ...OPEN_TO_ALL, UI, ...Object.keys(OUTSIDERS)])

/** The imports of a file that its room may not have. */
export function findWrongImports(source: Source): string[] {
  return importsOf(source)
    .filter((imported) => !isAllowed(source.path, imported))
    .map(({ specifier }) => specifier)
}

function isAllowed(path: string, imported: Import): boolean {
  const from = roomOf(path)
  const outsider = OUTSIDERS[from]
  if (imported.target === undefined) return outsider?.packages.test(imported.specifier) ?? true
  const to = roomOf(imported.target)
  if (to === from) return from !== 'dashboard' || isAllowedInDashboard(path, imported.target)
  if (outsider) return outsider.rooms.includes(to)
  if (from === 'env.ts') return to === 'lib'
  if (OPEN_TO_ALL.has(to)) return from !== 'errors.ts'
  if (to === UI) return layerOf(from) <= layerOf('dashboard')
  if (to === 'demo') return from === 'app.ts'
  return layerOf(from) < layerOf(to)
}

/** What one feature may take from another. Whatever lies below a feature's folder belongs to it. */
const SHARED_BY_FEATURES = /\/(actions|frame|form)\.tsx?$/

/** Features stand beside each other on the kit, which knows none of them. Files without a folder compose them. */
function isAllowedInDashboard(path: string, target: string): boolean {
  const [from, to] = [featureOf(path), featureOf(target)]
  if (from === undefined || from === to) return true
  return to === 'kit' || (from !== 'kit' && to !== undefined && SHARED_BY_FEATURES.test(target))
}

function featureOf(path: string): string | undefined {
  return /^dashboard\/([^/]+)\//.exec(path)?.[1]
}

/** A room that no layer names may import nothing and be imported by nobody. */
function layerOf(room: string): number {
  const layer = LAYERS.findIndex((rooms) => rooms.includes(room))
  return layer === -1 ? Number.NaN : layer
}

/** Files that import each other, over however many steps, types included: each circle once, as a chain. */
export function findCircles(sources: readonly Source[]): string[] {
  const imports = new Map(
    sources.map((source) => [source.path, importsOf(source).flatMap(({ target }) => (target ? [target] : []))]),
  )
  const done = new Set<string>()
  const circles: string[] = []
  const follow = (path: string, chain: readonly string[]) => {
    const at = chain.indexOf(path)
    if (at >= 0) circles.push([...chain.slice(at), path].join(' → '))
    if (at >= 0 || done.has(path)) return
    for (const target of imports.get(path) ?? []) follow(target, [...chain, path])
    done.add(path)
  }
  for (const path of imports.keys()) follow(path, [])
  return circles
}
