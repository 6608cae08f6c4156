import type { Scope } from '../../../catalog/catalog.ts'
import type { AppPolicy } from '../../../organizations/policy.ts'
import type { PolicyEffect } from '../../../organizations/policy-effects-store.ts'
import type { CutOffJob } from '../../../revocation/cut-off-jobs-store.ts'
import { FormToken, Problems } from '../../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { Time } from '../../../ui/time.tsx'
import { JobProgress } from '../../kit/job-progress.tsx'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'

interface PolicyView {
  own: OwnOrganization
  policy: AppPolicy
  /** Of organizations. */
  scopes: readonly Scope[]
  jobs: readonly CutOffJob[]
  /** By client_id, of the jobs. */
  appNames: ReadonlyMap<string, string>
  problems: readonly string[]
}

const POLICIES = {
  open: { title: 'Any public app', text: 'Members connect whatever they choose.' },
  verified: { title: 'Apps of verified publishers', text: 'Others need your approval.' },
  approved: { title: 'Only apps that you approved', text: 'Members can ask you for others.' },
} as const

export function policyPage(c: PageContext, view: PolicyView) {
  return htmlPage(c, <Policy {...view} />, view.problems.length > 0 ? 422 : 200)
}

function Policy(view: PolicyView) {
  const { own, policy, jobs, problems } = view
  return (
    <OrganizationFrame own={own} tab="policy" title="Policy">
      <h2>Which apps may reach this organization</h2>
      <Problems id="form-problem" texts={problems} />
      <form method="post" action={`/organizations/${own.organization.slug}/policy`}>
        <FormToken />
        <fieldset>
          <legend>Where you decided nothing</legend>
          {Object.entries(POLICIES).map(([value, { title, text }]) => (
            <label class="choice">
              <input type="radio" name="policy" value={value} checked={value === policy.policy} />
              <span>
                {title} <span class="detail">{text}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <CeilingFields view={view} />
        <p class="hint">Apps of this service itself pass, but can be blocked. You see what would end before it does.</p>
        <button type="submit" class="primary">
          See what changes
        </button>
      </form>
      {jobs.length > 0 && <Jobs view={view} />}
    </OrganizationFrame>
  )
}

function CeilingFields({ view: { policy, scopes } }: { view: PolicyView }) {
  const limited = policy.scopeCeiling !== null
  return (
    <fieldset>
      <legend>What apps without your approval may have at most</legend>
      <label class="choice">
        <input type="radio" name="ceiling" value="none" checked={!limited} />
        <span>Everything that people grant</span>
      </label>
      <label class="choice">
        <input type="radio" name="ceiling" value="insensitive" />
        <span>Nothing sensitive</span>
      </label>
      <label class="choice">
        <input type="radio" name="ceiling" value="chosen" checked={limited} />
        <span>Only these</span>
      </label>
      <details open={limited}>
        <summary>Scopes</summary>
        {scopes.map(({ name, title, sensitive }) => (
          <label class="choice">
            <input
              type="checkbox"
              name="scope"
              value={name}
              checked={policy.scopeCeiling?.includes(name) ?? !sensitive}
            />
            <span>
              {title} <code>{name}</code>
              {sensitive && <span class="tag warn">sensitive</span>}
            </span>
          </label>
        ))}
      </details>
    </fieldset>
  )
}

const CAUSES: Record<string, string> = {
  'app.blocked': 'was blocked',
  'app.approved': 'was limited',
  'decision.withdrawn': 'has no approval any more',
  'approval.ended': 'had an approval that ended',
  'policy.changed': 'is kept out by the policy',
  'app.updated': 'is private now',
  'publisher.lost': 'has no verified publisher any more',
  'member.removed': 'A person was removed',
  'member.left': 'A person left',
}

function Jobs({ view: { own, jobs, appNames } }: { view: PolicyView }) {
  return (
    <section>
      <h2>Clean-up</h2>
      <p class="detail">Access ended when each of these began. What is left of the grants is tidied up behind it.</p>
      <ul class="rows">
        {jobs.map((job) => (
          <li>
            <div>
              {job.clientId && <strong>{appNames.get(job.clientId) ?? 'An app'}</strong>}{' '}
              {CAUSES[job.cause] ?? job.cause}
              <span class="detail">
                <Time at={job.createdAt} exact />
              </span>
            </div>
            <JobProgress job={job} />
          </li>
        ))}
      </ul>
      {jobs.some(({ finishedAt }) => finishedAt === null) && (
        <p>
          <a href={`/organizations/${own.organization.slug}/policy`}>Refresh</a>
        </p>
      )}
    </section>
  )
}

interface PreviewView {
  own: OwnOrganization
  next: AppPolicy
  effects: readonly PolicyEffect[]
  apps: number
  grants: number
  people: number
}

/** What would end, and the question whether it should. */
export function policyPreviewPage(c: PageContext, view: PreviewView) {
  return htmlPage(c, <Preview {...view} />)
}

function Preview({ own, next, effects, apps, grants, people }: PreviewView) {
  const path = `/organizations/${own.organization.slug}/policy`
  const ends = `${plural(apps, 'app')}, ${plural(grants, 'grant')} of ${people === 1 ? '1 person' : `${people} people`}`
  return (
    <OrganizationFrame own={own} tab="policy" title="Policy">
      <h2>{POLICIES[next.policy].title}</h2>
      {effects.length === 0 ? (
        <p>No app that reaches this organization would lose anything.</p>
      ) : (
        <>
          {apps > 0 && <p class="problem">This cuts off {ends}, at once. Changing it back gives nothing back.</p>}
          <ul class="rows">
            {effects.map((effect) => (
              <li>
                <div>
                  <strong>{effect.clientName}</strong>
                  <span class="detail">{effect.people === 1 ? '1 person' : `${effect.people} people`}</span>
                </div>
                <span>{effect.cutOff ? 'loses the organization' : `loses ${effect.lostScopes.join(' ')}`}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <form method="post" action={path} class="inline">
        <FormToken once />
        <input type="hidden" name="policy" value={next.policy} />
        <input type="hidden" name="ceiling" value={next.scopeCeiling ? 'chosen' : 'none'} />
        {next.scopeCeiling?.map((scope) => (
          <input type="hidden" name="scope" value={scope} />
        ))}
        <button type="submit" name="confirm" value="yes" class={apps > 0 ? 'danger' : 'primary'}>
          {apps > 0 ? 'Cut them off' : 'Change the policy'}
        </button>
        <a href={path}>Back</a>
      </form>
    </OrganizationFrame>
  )
}

function plural(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
