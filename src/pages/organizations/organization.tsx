import type { Context } from 'hono'
import type { App } from '../../apps/app.ts'
import type { AppEnv } from '../../env.ts'
import type { AppDecision } from '../../organizations/decision.ts'
import { type Member, may, type Organization, ROLES, type Role } from '../../organizations/organization.ts'
import { FormToken, Problems } from '../field.tsx'
import { htmlPage } from '../html-page.tsx'
import { Layout, type Navigation } from '../layout.tsx'
import { AppIcon, PublisherMark } from '../publisher.tsx'
import { Time } from '../time.tsx'
import { Invitations, type InvitationsPart } from './invitations.tsx'

/** An app that reaches the organization, or that was decided on. */
export interface ReachingApp {
  app: App
  decision: AppDecision | undefined
  /** People whose grants name the organization: seconds to minutes old. */
  people: number
}

interface OrganizationView {
  nav: Navigation
  formToken: string
  organization: Organization
  role: Role
  accountId: string
  members: readonly Member[]
  apps: readonly ReachingApp[]
  /** Null: not for this visitor. */
  invitations: InvitationsPart | null
  problems: readonly string[]
}

export function organizationPage(c: Pick<Context<AppEnv>, 'html'>, view: OrganizationView) {
  const invited = Object.keys(view.invitations?.problems ?? {}).length === 0
  return htmlPage(c, <OrganizationPage {...view} />, !invited ? 422 : view.problems.length > 0 ? 409 : 200)
}

function OrganizationPage(view: OrganizationView) {
  const { nav, organization, apps, members, invitations, problems } = view
  return (
    <Layout title={organization.name} nav={nav} wide>
      <p class="small">
        <a href="/organizations">Organizations</a>
      </p>
      <h1>{organization.name}</h1>
      <p>
        <a href={`/organizations/${organization.slug}/requests`}>
          {may(view.role, 'decide-apps') ? 'Requests for apps' : 'Your requests for apps'}
        </a>
      </p>
      <Problems id="form-problem" texts={problems} />
      <section>
        <h2>Apps</h2>
        {apps.length === 0 && <p class="detail">No app reaches this organization.</p>}
        {apps.map((reaching) => (
          <AppRow {...reaching} view={view} />
        ))}
      </section>
      <section>
        <h2>Members</h2>
        <ul class="rows">
          {members.map((member) => (
            <MemberRow member={member} view={view} />
          ))}
        </ul>
      </section>
      {invitations && (
        <Invitations
          {...invitations}
          path={`/organizations/${organization.slug}/invitations`}
          formToken={view.formToken}
          role={view.role}
        />
      )}
    </Layout>
  )
}

function AppRow({ app, decision, people, view }: ReachingApp & { view: OrganizationView }) {
  const path = `/organizations/${view.organization.slug}/apps/${app.clientId}`
  return (
    <div class="connection">
      <div class="app-card">
        <AppIcon app={app} />
        <div>
          <strong>{app.clientName}</strong> <DecisionTag decision={decision} />
          <PublisherMark app={app} />
          <span class="detail">{people === 1 ? '1 person connected it' : `${people} people connected it`}</span>
        </div>
        {may(view.role, 'decide-apps') && (
          <form method="post" action={path}>
            <FormToken value={view.formToken} />
            {decision?.decision !== 'approved' && <Decide value="approved" title="Approve" name={app.clientName} />}{' '}
            {decision?.decision !== 'blocked' && <Decide value="blocked" title="Block" name={app.clientName} />}{' '}
            {decision && <Decide value="none" title="Withdraw the decision" name={app.clientName} />}
          </form>
        )}
      </div>
      {decision?.note && <p class="detail">{decision.note}</p>}
    </div>
  )
}

function Decide({ value, title, name }: { value: string; title: string; name: string }) {
  return (
    <button type="submit" name="decision" value={value} class={value === 'blocked' ? 'danger' : undefined}>
      {title}
      <span class="visually-hidden">: {name}</span>
    </button>
  )
}

function DecisionTag({ decision }: { decision: AppDecision | undefined }) {
  if (!decision) return null
  return <span class={decision.decision === 'blocked' ? 'tag warn' : 'tag good'}>{decision.decision}</span>
}

function MemberRow({ member, view }: { member: Member; view: OrganizationView }) {
  const path = `/organizations/${view.organization.slug}/members/${member.accountId}`
  const self = member.accountId === view.accountId
  const manages = may(view.role, 'manage-members') && (member.role !== 'owner' || may(view.role, 'manage-owners'))
  const roles = ROLES.filter((role) => role !== 'owner' || may(view.role, 'manage-owners'))
  return (
    <li>
      <div>
        <strong>{member.email}</strong> {self && <span class="tag">you</span>}
        <span class="detail">
          {member.role}, since <Time at={member.since} />
        </span>
      </div>
      <div class="inline">
        {manages && (
          <form method="post" action={path} class="inline">
            <FormToken value={view.formToken} />
            <select name="role" aria-label={`Role of ${member.email}`}>
              {roles.map((role) => (
                <option value={role} selected={role === member.role}>
                  {role}
                </option>
              ))}
            </select>
            <button type="submit">
              Change<span class="visually-hidden"> the role of {member.email}</span>
            </button>
          </form>
        )}
        {(manages || self) && (
          <form method="post" action={`${path}/remove`}>
            <FormToken value={view.formToken} />
            <button type="submit" class="danger">
              {self ? 'Leave' : 'Remove'}
              <span class="visually-hidden"> {self ? view.organization.name : member.email}</span>
            </button>
          </form>
        )}
      </div>
    </li>
  )
}
