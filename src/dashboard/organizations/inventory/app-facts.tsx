import type { App } from '../../../apps/app.ts'
import { makerOf } from '../../../apps/maker.ts'
import type { AppDecision } from '../../../organizations/decision.ts'
import type { InventoryItem } from '../../../organizations/inventory.ts'
import { inNumber } from '../../../ui/in-number.ts'
import { MakerLinks } from '../../../ui/maker.tsx'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { Time } from '../../../ui/time.tsx'

interface AppFactsProps {
  /** Undefined: it was deleted. */
  app: App | undefined
  item: InventoryItem
  decision: AppDecision | undefined
}

/** Whose app it is, who uses it, and what was decided about it. */
export function AppFacts({ app, item, decision }: AppFactsProps) {
  return (
    <dl class="facts">
      <dt>Publisher</dt>
      <dd>{publisherOf(item)}</dd>
      {app && (app.policyUri || app.tosUri) && (
        <>
          <dt>It promises</dt>
          <dd>
            <MakerLinks maker={makerOf(app)} />
          </dd>
        </>
      )}
      <dt>Connected by</dt>
      <dd>{`${inNumber(item.people, 'person', 'people')}, ${inNumber(item.grants, 'grant')}`}</dd>
      <dt>First connected</dt>
      <dd>
        <Time at={item.firstGrantedAt} />
      </dd>
      <dt>Last used</dt>
      <dd>
        <Time at={item.lastUsedAt} />
      </dd>
      {decision && (
        <>
          <dt>Decided</dt>
          <dd>
            {decision.decision}, <Time at={decision.decidedAt} />
            {decision.expiresAt && (
              <>
                , until <Time at={decision.expiresAt} />
              </>
            )}
            {decision.decision === 'approved' && `, ${limitOf(decision)}`}
            {decision.note && <span class="detail said">{decision.note}</span>}
          </dd>
        </>
      )}
    </dl>
  )
}

function publisherOf({ firstParty, own, publisherDomain }: InventoryItem): string {
  if (firstParty) return 'This service itself'
  return own ? 'This organization itself' : (publisherDomain ?? 'not verified')
}

function limitOf({ scopeCeiling }: AppDecision): string {
  return scopeCeiling ? `at most ${scopeCeiling.join(' ') || 'no scope of an organization'}` : 'no limit'
}

const USES = { used: 'used', unused: 'not used', unreported: 'not reported' } as const

/** What it may do here, and what it does. */
export function ScopeTable({ item: { scopes } }: { item: InventoryItem }) {
  if (scopes.length === 0) return null
  return (
    <Scrollable label="What it may do, and what it does">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Consented to</th>
            <th scope="col">Here</th>
            <th scope="col">In the last 90 days</th>
            <th scope="col">Last reported use</th>
          </tr>
        </thead>
        <tbody>
          {scopes.map(({ name, inEffect, use, lastUsedAt }) => (
            <tr>
              <td>
                <code>{name}</code>
              </td>
              <td>{inEffect ? 'in effect' : <span class="tag warn">not in effect</span>}</td>
              <td>{USES[use]}</td>
              <td>
                <Time at={lastUsedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  )
}
