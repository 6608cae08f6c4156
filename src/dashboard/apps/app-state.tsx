import type { App } from '../../apps/app.ts'

export function AppState({ app }: { app: App }) {
  if (app.suspendedAt !== null) return <span class="tag warn">suspended</span>
  return <span class="tag">{app.visibility}</span>
}
