import type { App } from '../../../apps/app.ts'
import { makerOf } from '../../../apps/maker.ts'
import type { AppDecision } from '../../../organizations/decision.ts'
import type { InventoryItem } from '../../../organizations/inventory.ts'
import type { ReachingGrant } from '../../../organizations/reaching-grants-store.ts'
import { FormToken, NoDefault, Problems, TextField } from '../../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { MakerLinks } from '../../../ui/maker.tsx'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { Time } from '../../../ui/time.tsx'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import { type ApprovalChoice, ApprovalFields } from './approval-fields.tsx'
import { GrantsTable } from './grants-table.tsx'
import { StateTag } from './inventory.tsx'

interface ReachingAppView {
  own: OwnOrganization
  app: App | undefined
  item: InventoryItem
  decision: AppDecision | undefined
  choice: ApprovalChoice
  grants: readonly ReachingGrant[]
  /** The next page of grants; null: there is none. */
  nextCursor: string | null
  problems: readonly string[]
}

export function reachingAppPage(c: PageContext, view: ReachingAppView) {
  return htmlPage(c, <ReachingApp {...view} />, view.problems.length > 0 ? 422 : 200)
}

function ReachingApp(view: ReachingAppView) {
  const { own, item, decision, problems } = view
  return (
    <OrganizationFrame own={own} tab="apps" title={item.clientName}>
      <h2>
        {item.clientName} <StateTag item={item} />
      </h2>
      <Problems id="form-problem" texts={problems} />
      <Waiting choice={view.choice} />
      <Facts app={view.app} item={item} decision={decision} />
      <p>
        <a href={`/organizations/${own.organization.slug}/audit?client_id=${item.clientId}`}>In the audit log</a>
      </p>
      <ScopeTable item={item} />
      <Decisions view={view} />
      <Grants view={view} />
    </OrganizationFrame>
  )
}

function Facts({ app, item, decision }: Pick<ReachingAppView, 'app' | 'item' | 'decision'>) {
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
      <dd>{`${count(item.people, 'person', 'people')}, ${count(item.grants, 'grant', 'grants')}`}</dd>
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

/** What it registered later than the approval has to be decided on. */
function Waiting({ choice: { waiting } }: { choice: ApprovalChoice }) {
  if (waiting.length === 0) return null
  return (
    <p class="notice" role="status">
      It has registered {waiting.join(' ')} since you approved it. It does not have that here: approve it anew with what
      you want to allow.
    </p>
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

function ScopeTable({ item: { scopes } }: { item: InventoryItem }) {
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

function Decisions({ view: { own, item, decision, choice } }: { view: ReachingAppView }) {
  const action = `/organizations/${own.organization.slug}/apps/${item.clientId}`
  const open = decision?.decision !== 'approved'
  return (
    <section>
      <h2>Decide</h2>
      <details open={open}>
        <summary>{open ? 'Approve it' : 'Change the approval'}</summary>
        <form method="post" action={action}>
          <NoDefault />
          <FormToken once />
          <ApprovalFields choice={choice} />
          <TextField name="note" label="Note" hint="Goes into the audit log." value={decision?.note ?? ''} />
          <button type="submit" name="decision" value="approved" class="primary">
            Approve
          </button>
        </form>
      </details>
      {decision?.decision !== 'blocked' && (
        <details>
          <summary>Block it</summary>
          <form method="post" action={action}>
            <NoDefault />
            <FormToken once />
            <p>
              It loses this organization at once, for everybody. Other organizations keep it. Approving it later gives
              nothing back: people are asked again.
            </p>
            <TextField name="block_note" label="Note" hint="Goes into the audit log." />
            <button type="submit" name="decision" value="blocked" class="danger">
              Block
            </button>
          </form>
        </details>
      )}
      {decision && (
        <form method="post" action={action}>
          <FormToken once />
          <button type="submit" name="decision" value="none">
            Withdraw the decision
          </button>
        </form>
      )}
    </section>
  )
}

function Grants({ view: { own, item, grants, nextCursor } }: { view: ReachingAppView }) {
  const base = `/organizations/${own.organization.slug}`
  return (
    <section>
      <h2>Who connected it</h2>
      {grants.length === 0 ? (
        <p class="detail">Nobody.</p>
      ) : (
        <GrantsTable
          label="Who connected it"
          grants={grants}
          heading="Person"
          cell={({ accountId, email }) => <a href={`${base}/people/${accountId}`}>{email}</a>}
        />
      )}
      {nextCursor && (
        <p>
          <a href={`${base}/apps/${item.clientId}?cursor=${nextCursor}`}>More people</a>
        </p>
      )}
    </section>
  )
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}
