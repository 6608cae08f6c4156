import type { PropsWithChildren } from 'hono/jsx'

/** What is wider than a phone scrolls by itself, with the keyboard too. */
export function Scrollable({ label, children }: PropsWithChildren<{ label: string }>) {
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      {children}
    </section>
  )
}
