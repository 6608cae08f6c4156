import type { Place } from './faults.ts'

/** Rows written, with their index entries, as Cloudflare bills them. */
export interface RowsWritten {
  /** To the storage of objects, by class; an alarm that is set is one. */
  objects: Partial<Record<Place, number>>
  D1: number
  KV: number
}

/** The test and the Worker under test share this module. */
class Rows {
  private written: RowsWritten = { objects: {}, D1: 0, KV: 0 }

  /** What was written until `work` answered. */
  async watch(work: () => Promise<unknown>): Promise<RowsWritten> {
    this.written = { objects: {}, D1: 0, KV: 0 }
    await work()
    return this.written
  }

  addToObject(place: Place, count: number): void {
    if (count > 0) this.written.objects[place] = (this.written.objects[place] ?? 0) + count
  }

  addToD1(answer: unknown): void {
    for (const result of [answer].flat()) {
      if (isResult(result)) this.written.D1 += result.meta.rows_written ?? 0
    }
  }

  addToKv(): void {
    this.written.KV++
  }
}

export const rows = new Rows()

function isResult(value: unknown): value is { meta: { rows_written?: number } } {
  return typeof value === 'object' && value !== null && 'meta' in value
}

/** The same state of an object, which counts what is written to it. */
export function counted(ctx: DurableObjectState, place: Place): DurableObjectState {
  const { sql } = ctx.storage
  const exec = sql.exec.bind(sql)
  sql.exec = (query, ...bindings) => {
    const cursor = exec(query, ...bindings)
    rows.addToObject(place, cursor.rowsWritten)
    return cursor as never
  }
  const setAlarm = ctx.storage.setAlarm.bind(ctx.storage)
  ctx.storage.setAlarm = (at, options) => {
    rows.addToObject(place, 1)
    return setAlarm(at, options)
  }
  return ctx
}
