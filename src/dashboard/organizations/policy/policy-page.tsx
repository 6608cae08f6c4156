import { type Context, Hono } from 'hono'
import { findApps } from '../../../apps/apps-store.ts'
import type { Scope } from '../../../catalog/catalog.ts'
import { listScopes } from '../../../catalog/catalog-store.ts'
import type { AppPolicy } from '../../../organizations/policy.ts'
import type { CutOffJob } from '../../../revocation/cut-off-jobs-store.ts'
import { FormToken, Problems } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { inNumber } from '../../../ui/in-number.ts'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { formStatus } from '../../kit/form-problems.ts'
import { submit } from '../../kit/submit.ts'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { changePolicy, listCutOffJobs, type PolicyPreview, previewPolicy, showPolicy } from './actions.ts'
import { Jobs } from './jobs.tsx'
import { newPolicy } from './schemas.ts'

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

/** Which apps may reach an organization where nobody decided; what a change would end is shown before it does. */
export const policyPage = new Hono<OrganizationEnv>()

policyPage.get(SITE.organization.policy, async (c) => show(c, c.get('own')))

policyPage.post(SITE.organization.policy, async (c) => {
  const own = c.get('own')
  const { id, slug } = own.organization
  return submit(c, {
    act: async () => {
      const body = parseBody(newPolicy, await readForm(c))
      if (c.get('fields').get('confirm') !== 'yes') return previewPolicy(actionContext(c), id, body)
      await changePolicy(actionContext(c), id, body)
    },
    done: (preview) =>
      preview ? htmlPage(c, <Preview own={own} {...preview} />) : pathTo(SITE.organization.policy, slug),
    refused: (problems) => show(c, own, Object.values(problems).flat()),
  })
})

async function readForm(c: Context<OrganizationEnv>) {
  const fields = c.get('fields')
  const ceilings: Record<string, string[]> = {
    insensitive: (await organizationScopes(c)).filter(({ sensitive }) => !sensitive).map(({ name }) => name),
    chosen: fields.getAll('scope'),
  }
  return { policy: fields.get('policy'), scope_ceiling: ceilings[fields.get('ceiling') ?? 'none'] ?? null }
}

async function show(
  c: Context<OrganizationEnv>,
  own: OwnOrganization,
  problems: readonly string[] = [],
): Promise<Response> {
  const { id } = own.organization
  const [policy, scopes, jobs] = await Promise.all([
    showPolicy(actionContext(c), id),
    organizationScopes(c),
    listCutOffJobs(actionContext(c), id),
  ])
  const apps = await findApps(c.env.DB, [...new Set(jobs.map(({ clientId }) => clientId ?? ''))])
  const appNames = new Map([...apps.values()].map(({ clientId, clientName }) => [clientId, clientName]))
  const view = { own, policy, scopes, jobs, appNames, problems }
  return htmlPage(c, <Policy {...view} />, formStatus(problems))
}

async function organizationScopes(c: Context<OrganizationEnv>): Promise<Scope[]> {
  const scopes = await listScopes(c.env.DB, c.get('config').issuer)
  return scopes.filter(({ target }) => target === 'organization')
}

function Policy(view: PolicyView) {
  const { own, policy, jobs, problems } = view
  return (
    <OrganizationFrame own={own} tab="policy" title="Policy">
      <h2>Which apps may reach this organization</h2>
      <Problems id="form-problem" texts={problems} />
      <form method="post" action={pathTo(SITE.organization.policy, own.organization.slug)}>
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
      {jobs.length > 0 && <Jobs own={own} jobs={jobs} appNames={view.appNames} />}
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

type PreviewView = PolicyPreview & { own: OwnOrganization }

/** What would end, and the question whether it should. */
function Preview({ own, next, effects, apps, grants, people }: PreviewView) {
  const path = pathTo(SITE.organization.policy, own.organization.slug)
  const ends = `${inNumber(apps, 'app')}, ${inNumber(grants, 'grant')} of ${inNumber(people, 'person', 'people')}`
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
                  <span class="detail">{inNumber(effect.people, 'person', 'people')}</span>
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
