import type { Config, Shard } from '../env.ts'

/** Continents as `request.cf` names them, and the location hints that serve them, nearest first. */
const NEAR: Record<string, readonly Shard[]> = {
  AF: ['afr', 'weur', 'me'],
  AN: ['oc', 'sam'],
  AS: ['apac', 'me', 'oc'],
  EU: ['weur', 'eeur'],
  NA: ['enam', 'wnam'],
  OC: ['oc', 'apac'],
  SA: ['sam', 'enam', 'wnam'],
}

/** The configured shard nearest to where the person is; the first one when nothing is known. */
export function nearestShard({ keyShards: shards }: Config, request: Request): Shard {
  const continent: unknown = request.cf?.continent
  const near = typeof continent === 'string' ? NEAR[continent] : undefined
  return near?.find((shard) => shards.includes(shard)) ?? shards[0]
}
