import { ProtocolError } from '../errors.ts'

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** A `scope` parameter (RFC 6749 §3.3) without doubles; undefined when it was left out. */
export function parseScope(scope: string | undefined): readonly string[] | undefined {
  if (scope === undefined) return undefined
  const names = [...new Set(scope.split(' ').filter(Boolean))]
  if (names.length === 0) return undefined
  if (!names.every((name) => SCOPE_TOKEN.test(name))) throw new ProtocolError('invalid_scope', 'scope_malformed')
  return names
}
