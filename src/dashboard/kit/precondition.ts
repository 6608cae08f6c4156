import type { App } from '../../apps/app.ts'
import { ApiError } from '../../errors.ts'

/** The versions that a request is for; null: any. */
export type Precondition = ReadonlySet<number> | null

/** A strong validator (RFC 9110 §8.8.3): two versions of an app never share one. */
export function entityTag({ version }: Pick<App, 'version'>): string {
  return `"${version}"`
}

/**
 * `If-Match` (RFC 9110 §13.1.1). Tags that are not ours match nothing. A weak one of ours does: proxies that compress an
 * answer weaken its tag, and the version in it is as exact as before.
 */
export function parseIfMatch(header: string | undefined): Precondition {
  if (header === undefined || header.trim() === '*') return null
  const ours = header.split(',').flatMap((tag) => /^(?:W\/)?"(\d{1,15})"$/.exec(tag.trim())?.[1] ?? [])
  return new Set(ours.map(Number))
}

/** The version that the change may overwrite; null: any. */
export function requireVersion(app: App, precondition: Precondition): number | null {
  if (precondition === null) return null
  if (!precondition.has(app.version)) throw changedMeanwhile()
  return app.version
}

export function changedMeanwhile(): ApiError {
  return new ApiError('precondition-failed')
}
