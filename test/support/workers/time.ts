import { vi } from 'vitest'

/** Everything in this isolate, objects included, sees the clock this much later until the test ends. */
export function advance(seconds: number): void {
  const now = Date.now()
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'], now })
  vi.setSystemTime(now + seconds * 1000)
}
