import { ApiError } from '../../errors.ts'
import type { Api } from './route.ts'

/** Answers every other method on the paths of `api` with 405 and `Allow` (RFC 9110 §15.5.6). Call it last. */
export function refuseOtherMethods(api: Api): void {
  for (const [path, methods] of methodsByPath(api)) {
    const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
    api.all(path, () => {
      throw new ApiError('method-not-allowed', undefined, [], { Allow: allowed })
    })
  }
}

function methodsByPath(api: Api): Map<string, string[]> {
  const methods = new Map<string, string[]>()
  for (const definition of api.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue
    const path = definition.route.path.replaceAll(/\{(.+?)\}/g, ':$1')
    methods.set(path, [...(methods.get(path) ?? []), definition.route.method.toUpperCase()])
  }
  return methods
}
