import type { Context } from 'hono'
import type { App } from '../apps/app.ts'
import { makerOf } from '../apps/maker.ts'
import type { Scope } from '../catalog/catalog.ts'
import type { AppEnv } from '../env.ts'
import type { OrganizationRefusal } from '../grants/effective-access.ts'
import { ORGANIZATION_REFUSALS } from '../organizations/refusals.ts'
import { NoDefault } from '../ui/field.tsx'
import { htmlPage } from '../ui/html-page.tsx'
import { Layout } from '../ui/layout.tsx'
import { MakerIcon, MakerLinks, MakerStanding } from '../ui/maker.tsx'

export interface ConsentOrganization {
  id: string
  name: string
  personal: boolean
  refusal: OrganizationRefusal | undefined
  /** The addresses of some who decide there. */
  deciders: readonly string[]
  /** Where to ask them; null: there is no page for it. */
  askHref: string | null
}

/** What was ticked when the page was sent. */
export interface ConsentChoice {
  scopes: ReadonlySet<string>
  organizations: ReadonlySet<string>
}

export interface ConsentProblem {
  field: 'scope' | 'organization'
  text: string
}

interface ConsentView {
  app: App
  /** The domain that was verified before, if it is not any more. */
  lostPublisher: string | null
  email: string
  formToken: string
  handle: string
  required: readonly Scope[]
  optional: readonly Scope[]
  organizations: readonly ConsentOrganization[]
  /** Where the browser will be sent. */
  destination: string
  loopback: boolean
  switchHref: string
  /** The query of the request, for when the page is answered too late. */
  search: string
  chosen: ConsentChoice | undefined
  problem: ConsentProblem | undefined
  /** Why the page is shown again, when it is not for a problem with what was chosen. */
  notice: string | undefined
}

export async function consentPage(c: Context<AppEnv>, view: ConsentView): Promise<Response> {
  return htmlPage(c, <Consent {...view} />, statusOf(view))
}

function statusOf({ problem, notice }: ConsentView): 200 | 409 | 422 {
  if (problem) return 422
  return notice === undefined ? 200 : 409
}

function Consent({ app, email, formToken, handle, switchHref, notice, ...view }: ConsentView) {
  return (
    <Layout title={`Allow ${app.clientName}?`}>
      <AppCard app={app} />
      {view.lostPublisher && (
        <p class="problem">
          Its publisher was verified as <strong>{view.lostPublisher}</strong>, and is not any more: the domain may
          belong to somebody else now.
        </p>
      )}
      <h1>
        <strong>{app.clientName}</strong> wants access to your account
      </h1>
      <p class="account">
        Signed in as <strong>{email}</strong>. <a href={switchHref}>Use another account</a>
      </p>
      {notice && <Told id="notice" text={notice} />}
      <form method="post" action="/authorize">
        <NoDefault />
        <input type="hidden" name="form_token" value={formToken} />
        <input type="hidden" name="consent" value={handle} />
        <Required scopes={view.required} name={app.clientName} />
        <input type="hidden" name="request" value={view.search} />
        <Optional {...view} />
        <Organizations {...view} />
        <Destination destination={view.destination} loopback={view.loopback} />
        <div class="actions">
          <button type="submit" name="decision" value="allow" class="primary">
            Allow
          </button>
          <button type="submit" name="decision" value="deny">
            Deny
          </button>
        </div>
      </form>
    </Layout>
  )
}

function AppCard({ app }: { app: App }) {
  return (
    <div class="app-card">
      <MakerIcon maker={makerOf(app)} />
      <div>
        <MakerStanding maker={makerOf(app)} warning="Allow it only if you know this app." />
        <MakerLinks maker={makerOf(app)} />
      </div>
    </div>
  )
}

function Required({ scopes, name }: { scopes: readonly Scope[]; name: string }) {
  if (scopes.length === 0) return null
  return (
    <section>
      <h2>{name} will be able to</h2>
      <ul class="scopes">
        {scopes.map((scope) => (
          <li>
            <ScopeText scope={scope} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Read out and gone to when the page comes; what it is about stands right below. */
function Told({ id, text }: { id: string; text: string }) {
  return (
    <p id={id} class="problem" role="alert" tabindex={-1} autofocus>
      {text}
    </p>
  )
}

function Optional({ optional, chosen, problem }: Pick<ConsentView, 'optional' | 'chosen' | 'problem'>) {
  if (optional.length === 0) return null
  const told = problem?.field === 'scope' ? problem.text : undefined
  return (
    <fieldset aria-describedby={told && 'scope-problem'}>
      <legend>Only if you choose</legend>
      {told && <Told id="scope-problem" text={told} />}
      {optional.map((scope) => (
        <label class="choice">
          <input type="checkbox" name="scope" value={scope.name} checked={chosen?.scopes.has(scope.name)} />
          <span>
            <ScopeText scope={scope} />
          </span>
        </label>
      ))}
    </fieldset>
  )
}

function ScopeText({ scope }: { scope: Scope }) {
  return (
    <>
      <strong>{scope.title}</strong>
      {scope.sensitive && <span class="tag">sensitive</span>}
      <span class="detail">{scope.description}</span>
    </>
  )
}

function Organizations({ organizations, chosen, problem }: Pick<ConsentView, 'organizations' | 'chosen' | 'problem'>) {
  if (organizations.length === 0) return null
  const open = organizations.filter((organization) => !organization.refusal)
  const told = problem?.field === 'organization' ? problem.text : undefined
  return (
    <fieldset aria-describedby={told && 'organization-problem'}>
      <legend>In which organizations?</legend>
      {told && <Told id="organization-problem" text={told} />}
      {organizations.map((organization) => (
        <OrganizationChoice
          organization={organization}
          checked={!organization.refusal && (chosen ? chosen.organizations.has(organization.id) : open.length === 1)}
        />
      ))}
    </fieldset>
  )
}

function OrganizationChoice({ organization, checked }: { organization: ConsentOrganization; checked: boolean }) {
  const { id, name, personal, refusal } = organization
  return (
    <>
      <label class={refusal ? 'choice refused' : 'choice'}>
        <input type="checkbox" name="organization" value={id} checked={checked} disabled={refusal !== undefined} />
        <span>
          <strong>{name}</strong>
          {personal && <span class="tag">personal</span>}
          {refusal && <span class="detail">{ORGANIZATION_REFUSALS[refusal]}</span>}
        </span>
      </label>
      {refusal && <WhomToAsk organization={organization} />}
    </>
  )
}

function WhomToAsk({ organization: { name, deciders, askHref } }: { organization: ConsentOrganization }) {
  return (
    <p class="small ask">
      {deciders.length > 0 && `Its owners and administrators decide: ${deciders.join(', ')}. `}
      {askHref && (
        <a href={askHref}>
          Ask them to allow it<span class="visually-hidden"> in {name}</span>
        </a>
      )}
    </p>
  )
}

function Destination({ destination, loopback }: { destination: string; loopback: boolean }) {
  return (
    <>
      <p class="destination">
        Whatever you choose, you will be sent to <strong>{destination}</strong>.
      </p>
      {loopback && (
        <p class="problem">
          That is a program on this computer. Allow this only if you just started it yourself: any program here could be
          listening under that name.
        </p>
      )}
    </>
  )
}
