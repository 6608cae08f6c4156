import type { Store } from '../../../src/lib/storage.ts'

/** Who uses a binding: the Worker itself, or one of its objects. */
export type Place = 'Worker' | 'GrantLedger' | 'Authority' | 'OneTime' | 'Limits'

/** One use of a binding, as it started. */
export interface Operation {
  store: Store
  /** The method that was called: `first`, `batch`, `put`, `redeem`. */
  method: string
  place: Place
  /** Made by an alarm, which nobody waits for. */
  byAlarm: boolean
}

/**
 * `refuse`: the store is not reached. `lose_answer`: it did its work, and the answer is lost on the way back.
 * `hold`: it is reached only when the fault ends. `hold_answer`: it did its work, and the answer arrives when the fault
 * ends. `delay`: it is far away.
 */
type Manner = 'refuse' | 'lose_answer' | 'hold' | 'hold_answer' | 'delay'

interface Fault extends Partial<Pick<Operation, 'store' | 'method' | 'place'>> {
  store: Store
  manner?: Manner
  /** Also what alarms do, which come when they like: only for tests that are about them. */
  alarms?: boolean
  /** How far: there and back. */
  delayMs?: number
  /** Whether it fails this time; left out: each time. */
  when?: () => boolean
}

/** What fails, and what was used. The test and the Worker under test share this module. */
class Faults {
  private active: Fault[] = []
  private release: () => void = () => {}
  private released = Promise.resolve()
  private hold: () => void = () => {}
  private held = Promise.resolve()
  private readonly watchers = new Set<Operation[]>()

  inject(...faults: Fault[]): void {
    this.active = faults
    this.released = new Promise((resolve) => {
      this.release = resolve
    })
    this.held = new Promise((resolve) => {
      this.hold = resolve
    })
  }

  /** Until something is held. */
  holding(): Promise<void> {
    return this.held
  }

  end(): void {
    this.active = []
    this.release()
  }

  /** The operations that started until `work` answered. */
  async watch<T>(work: () => Promise<T>): Promise<{ answer: T; operations: Operation[] }> {
    const operations: Operation[] = []
    this.watchers.add(operations)
    try {
      return { answer: await work(), operations }
    } finally {
      this.watchers.delete(operations)
    }
  }

  async pass<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    for (const operations of this.watchers) operations.push(operation)
    const fault = this.active.find((candidate) => concerns(candidate, operation) && (candidate.when?.() ?? true))
    if (!fault) return work()
    if (fault.manner === 'delay') {
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
      return work()
    }
    if (fault.manner === 'lose_answer') await work()
    if (fault.manner !== 'hold' && fault.manner !== 'hold_answer') {
      throw new Error(`injected: ${operation.store} does not answer`)
    }
    const done = fault.manner === 'hold_answer' ? await work() : undefined
    this.hold()
    await this.released
    return done ?? work()
  }
}

export const faults = new Faults()

function concerns({ store, method, place, alarms }: Fault, operation: Operation): boolean {
  if (store !== operation.store || (operation.byAlarm && !alarms)) return false
  return (method ?? operation.method) === operation.method && (place ?? operation.place) === operation.place
}
