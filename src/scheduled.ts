import type { Bindings } from './env.ts'

/** Hourly clean-up; everything here may be repeated or missed without harm. */
export async function runScheduled(_env: Bindings): Promise<void> {}
