import type { App } from '../../../apps/app.ts'
import { makerOf } from '../../../apps/maker.ts'
import type { AccessRequest } from '../../../organizations/access-request.ts'
import { may, type Organization, type Role } from '../../../organizations/organization.ts'
import { FormToken, NoDefault, Problems } from '../../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { MakerIcon, MakerLinks, MakerStanding } from '../../../ui/maker.tsx'
import { Time } from '../../../ui/time.tsx'
import { OrganizationFrame } from '../frame.tsx'
import { type ApprovalChoice, ApprovalFields } from '../inventory/approval-fields.tsx'

export interface RequestItem {
  request: AccessRequest
  /** Undefined: it was deleted. */
  app: App | undefined
  choice: ApprovalChoice
}

interface RequestsView {
  organization: Organization
  role: Role
  open: readonly RequestItem[]
  /** Of the next page of open ones; null: there is none. */
  nextCursor: string | null
  answered: readonly RequestItem[]
  /** Whether the visitor has just asked, and where they came from. */
  asked: boolean
  returnTo: string | undefined
  problems: readonly string[]
}

export function requestsPage(c: PageContext, view: RequestsView) {
  return htmlPage(c, <Requests {...view} />, view.problems.length > 0 ? 409 : 200)
}

function Requests(view: RequestsView) {
  const { role, open, answered, problems } = view
  const title = may(role, 'decide-apps') ? 'Requests for apps' : 'Your requests for apps'
  return (
    <OrganizationFrame own={view} tab="requests" title={title}>
      <h2>{title}</h2>
      {view.asked && <JustAsked returnTo={view.returnTo} />}
      <Problems id="form-problem" texts={problems} />
      <section>
        <h2>Open</h2>
        {open.length === 0 && <p class="detail">Nobody waits for an answer.</p>}
        {open.map((item) => (
          <OpenRequest item={item} view={view} />
        ))}
        {view.nextCursor && (
          <p>
            <a href={`/organizations/${view.organization.slug}/requests?cursor=${view.nextCursor}`}>Older requests</a>
          </p>
        )}
      </section>
      {answered.length > 0 && (
        <section>
          <h2>Answered</h2>
          <ul class="rows">
            {answered.map((item) => (
              <AnsweredRequest {...item} />
            ))}
          </ul>
        </section>
      )}
    </OrganizationFrame>
  )
}

function JustAsked({ returnTo }: { returnTo: string | undefined }) {
  return (
    <p class="notice" role="status">
      Your request was sent. You get the answer by e-mail.{' '}
      {returnTo && <a href={returnTo}>Back to what the app asked for</a>}
    </p>
  )
}

function OpenRequest({ item, view }: { item: RequestItem; view: RequestsView }) {
  const { request, app } = item
  const name = app?.clientName ?? 'A deleted app'
  return (
    <div class="connection">
      <div class="app-card">
        {app && <MakerIcon maker={makerOf(app)} />}
        <div>
          <strong>{name}</strong>
          {app && <MakerStanding maker={makerOf(app)} />}
          {app && <MakerLinks maker={makerOf(app)} />}
          <span class="detail">
            {request.email}, <Time at={request.createdAt} exact />
          </span>
        </div>
      </div>
      <p class="said">{request.reason}</p>
      {may(view.role, 'decide-apps') && (
        <form method="post" action={`/organizations/${view.organization.slug}/requests/${request.id}`}>
          <NoDefault />
          <FormToken once />
          <label for={`note-${request.id}`}>
            Note to {request.email} <span class="optional">optional</span>
          </label>
          <input type="text" id={`note-${request.id}`} name="note" maxlength={500} />
          <details open>
            <summary>Limits of an approval</summary>
            <ApprovalFields choice={item.choice} idPrefix={`${request.id}-`} />
          </details>
          <div class="toolbar">
            <button type="submit" name="decision" value="approved" class="primary">
              Approve<span class="visually-hidden">: {name}</span>
            </button>
            <button type="submit" name="decision" value="declined">
              Decline
              <span class="visually-hidden">
                : {name} for {request.email}
              </span>
            </button>
          </div>
          <p class="small">Approving lets everybody in {view.organization.name} connect the app.</p>
        </form>
      )}
    </div>
  )
}

function AnsweredRequest({ request, app }: RequestItem) {
  return (
    <li>
      <div>
        <strong>{app?.clientName ?? 'A deleted app'}</strong>
        <span class={request.state === 'approved' ? 'tag good' : 'tag warn'}>{request.state}</span>
        <span class="detail">
          {request.email}, answered <Time at={request.decidedAt} exact />
        </span>
        {request.note && <span class="detail said">{request.note}</span>}
      </div>
    </li>
  )
}
