import { type Config, hintOf, type LocationHint, type Shard } from '../env.ts'
import { placeOf } from './place.ts'

/** Continents as `request.cf` names them, and the location hints that serve them, nearest first. */
const NEAR: Record<string, readonly LocationHint[]> = {
  AF: ['afr', 'weur', 'me'],
  AN: ['oc', 'sam'],
  AS: ['apac', 'me', 'oc'],
  EU: ['weur', 'eeur'],
  NA: ['enam', 'wnam'],
  OC: ['oc', 'apac'],
  SA: ['sam', 'enam', 'wnam'],
}

/**
 * The configured shard nearest to where the person is, or the first one when nothing is known; of several in one place,
 * always the same for whatever is asked about.
 */
export function nearestShard({ keyShards }: Config, request: Request, about: string): Shard {
  const continent: unknown = request.cf?.continent
  const near = typeof continent === 'string' ? NEAR[continent] : undefined
  const hint = near?.find((candidate) => keyShards.some((shard) => hintOf(shard) === candidate)) ?? hintOf(keyShards[0])
  const there = keyShards.filter((shard) => hintOf(shard) === hint)
  return there[placeOf(about, there.length)] ?? keyShards[0]
}
