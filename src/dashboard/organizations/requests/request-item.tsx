import type { App } from '../../../apps/app.ts'
import { makerOf } from '../../../apps/maker.ts'
import type { AccessRequest } from '../../../organizations/access-request.ts'
import { may } from '../../../organizations/organization.ts'
import { FormToken, NoDefault } from '../../../ui/field.tsx'
import { MakerIcon, MakerLinks, MakerStanding } from '../../../ui/maker.tsx'
import { Time } from '../../../ui/time.tsx'
import { pathTo, SITE } from '../../kit/addresses.ts'
import type { OwnOrganization } from '../actions.ts'
import { type ApprovalChoice, ApprovalFields } from '../inventory/approval-fields.tsx'

export interface RequestItem {
  request: AccessRequest
  /** Undefined: it was deleted. */
  app: App | undefined
  choice: ApprovalChoice
}

interface OpenRequestProps {
  item: RequestItem
  own: OwnOrganization
}

/** What somebody asked for and, for whoever decides, the form that answers it. */
export function OpenRequest({ item, own: { organization, role } }: OpenRequestProps) {
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
      {may(role, 'decide-apps') && (
        <form method="post" action={pathTo(SITE.organization.request, organization.slug, request.id)}>
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
          <p class="small">Approving lets everybody in {organization.name} connect the app.</p>
        </form>
      )}
    </div>
  )
}

export function AnsweredRequest({ request, app }: RequestItem) {
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
