import type { Bindings } from '../../../src/env.ts'
import type { Store } from '../../../src/lib/storage.ts'
import { faults, type Operation, type Place } from './faults.ts'
import { rows } from './rows.ts'

/** Who uses the bindings at this moment. An object tells when its alarm runs. */
export interface User {
  readonly place: Place
  byAlarm: boolean
}

const D1_TRIPS = ['batch', 'exec', 'first', 'all', 'run', 'raw']
const KV_WRITES = ['put', 'delete']
const KV_OPERATIONS = ['get', 'getWithMetadata', 'put', 'delete', 'list']

/** The same bindings, with every use of a store passing by `faults`. */
export function watchedEnv<Env extends Bindings>(env: Env, user: User): Env {
  return {
    ...env,
    DB: watchDatabase(env.DB, user),
    GRANTS: watch(env.GRANTS, (method) => KV_OPERATIONS.includes(method) && via('KV', method, user)),
    GRANT_LEDGER: watchNamespace(env.GRANT_LEDGER, 'GrantLedger', user),
    AUTHORITY: watchNamespace(env.AUTHORITY, 'Authority', user),
    ONE_TIME: watchNamespace(env.ONE_TIME, 'OneTime', user),
    LIMITS: watchNamespace(env.LIMITS, 'Limits', user),
  }
}

type Call = (...args: unknown[]) => unknown
/** What a call of this method becomes; false leaves it alone. */
type Wrap = (method: string) => false | ((call: Call) => Call)

function watch<T extends object>(target: T, wrap: Wrap): T {
  return new Proxy(target, {
    get(_target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function' || typeof name !== 'string') return member
      // Called as a method: the stub of an object makes a remote call of it.
      const call: Call = (...args) => (target as Record<string, Call>)[name]?.(...args)
      const wrapper = wrap(name)
      return wrapper ? wrapper(call) : call
    },
  })
}

function via(store: Store, method: string, { place, byAlarm }: User): (call: Call) => Call {
  const operation: Operation = { store, method, place, byAlarm }
  return (call) =>
    (...args) =>
      faults.pass(operation, async () => {
        const answer = await call(...args)
        if (store === 'D1') rows.addToD1(answer)
        if (store === 'KV' && KV_WRITES.includes(method)) rows.addToKv()
        return answer
      })
}

/** A statement is only text until it is run; a batch is one trip and wants the statements that D1 made. */
function watchDatabase(db: D1Database, user: User): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>()
  const watchStatement = (statement: D1PreparedStatement): D1PreparedStatement => {
    const watched = watch(statement, (method) => {
      if (method === 'bind')
        return (call) =>
          (...values) =>
            watchStatement(call(...values) as D1PreparedStatement)
      return D1_TRIPS.includes(method) && via('D1', method, user)
    })
    originals.set(watched, statement)
    return watched
  }
  return watch(db, (method) => {
    if (method === 'prepare') return (call) => (query) => watchStatement(call(query) as D1PreparedStatement)
    if (method !== 'batch') return D1_TRIPS.includes(method) && via('D1', method, user)
    return (call) =>
      via('D1', method, user)((statements) => call((statements as object[]).map((one) => originals.get(one) ?? one)))
  })
}

function watchNamespace<Namespace extends object>(namespace: Namespace, store: Store, user: User): Namespace {
  return watch(namespace, (method) => {
    if (method !== 'get') return false
    return (call) =>
      (...args) =>
        watch(call(...args) as object, (name) => via(store, name, user))
  })
}
