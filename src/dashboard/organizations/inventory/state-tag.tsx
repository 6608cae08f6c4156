import type { InventoryItem } from '../../../organizations/inventory.ts'

/** What holds today, in a word. */
export function StateTag({ item: { state, refused, suspended } }: { item: InventoryItem }) {
  if (suspended) return <span class="tag warn">stopped by the operator</span>
  if (state === 'blocked') return <span class="tag warn">blocked</span>
  if (state === 'ended') return <span class="tag warn">approval ended</span>
  if (refused) return <span class="tag warn">kept out by the policy</span>
  return <span class={state === 'approved' ? 'tag good' : 'tag'}>{state}</span>
}
