import { type Context, Hono } from 'hono'
import { safeReturnTo } from '../../../accounts/return-to.ts'
import type { App } from '../../../apps/app.ts'
import { makerOf } from '../../../apps/maker.ts'
import type { OrganizationRefusal } from '../../../grants/effective-access.ts'
import { findOpenRequest } from '../../../organizations/access-requests-store.ts'
import { listDeciders } from '../../../organizations/deciders-store.ts'
import type { Organization } from '../../../organizations/organization.ts'
import { ORGANIZATION_REFUSALS } from '../../../organizations/refusals.ts'
import { FormToken, Problems, TextField } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { Layout } from '../../../ui/layout.tsx'
import { MakerIcon, MakerLinks, MakerStanding } from '../../../ui/maker.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../../kit/form-problems.ts'
import { submit } from '../../kit/submit.ts'
import type { OrganizationEnv } from '../require-own.ts'
import { askForAccess, findRefusal } from './actions.ts'
import { newAccessRequest } from './schemas.ts'

interface AskView {
  organization: Organization
  app: App
  /** Undefined: there is nothing to ask for. */
  refusal: OrganizationRefusal | undefined
  /** The addresses of some who decide. */
  deciders: readonly string[]
  /** Whether it was asked before and not answered yet. */
  again: boolean
  reason: string
  /** The authorization in progress. */
  returnTo: string | undefined
  problems: FieldProblems
}

const DECIDERS_SHOWN = 3

/** Members ask for an app that the organization does not let in. */
export const askPage = new Hono<OrganizationEnv>()

askPage.get(SITE.organization.ask, (c) => {
  const { client_id: clientId = '', return_to: returnTo } = c.req.query()
  return show(c, { clientId, returnTo })
})

askPage.post(SITE.organization.ask, async (c) => {
  const { organization } = c.get('own')
  const fields = c.get('fields')
  const clientId = fields.get('client_id') ?? ''
  const reason = fields.get('reason') ?? ''
  const returnTo = safeReturnTo(fields.get('return_to'), c.get('config').issuer)
  const query = new URLSearchParams({ asked: '1', ...(returnTo && { return_to: returnTo }) })
  return submit(c, {
    act: () => {
      const context = { ...actionContext(c), caller: c.get('caller') }
      return askForAccess(context, organization.id, parseBody(newAccessRequest, { client_id: clientId, reason }))
    },
    done: `${pathTo(SITE.organization.requests, organization.slug)}?${query}`,
    refused: (problems) => show(c, { clientId, returnTo, reason, problems }),
  })
})

interface Asking {
  clientId: string
  returnTo: string | undefined
  reason?: string
  problems?: FieldProblems
}

/** What was asked for before can be said better; the authorization in progress waits behind a link. */
async function show(
  c: Context<OrganizationEnv>,
  { clientId, returnTo, reason, problems = {} }: Asking,
): Promise<Response> {
  const { organization } = c.get('own')
  const { id: organizationId } = organization
  const { accountId } = c.get('caller')
  const { app, refusal } = await findRefusal(actionContext(c), organizationId, clientId)
  const [former, deciders] = await Promise.all([
    findOpenRequest(c.env.DB, { organizationId, clientId, accountId }),
    listDeciders(c.env.DB, [organizationId], DECIDERS_SHOWN),
  ])
  const view: AskView = {
    organization,
    app,
    refusal,
    deciders: deciders.get(organizationId) ?? [],
    again: former !== undefined,
    reason: reason ?? former?.reason ?? '',
    returnTo: safeReturnTo(returnTo, c.get('config').issuer),
    problems,
  }
  return htmlPage(c, <Ask {...view} />, formStatus(problems))
}

function Ask(view: AskView) {
  const { organization, app, refusal, returnTo } = view
  return (
    <Layout title={`Ask for ${app.clientName}`}>
      <div class="app-card">
        <MakerIcon maker={makerOf(app)} />
        <div>
          <strong>{app.clientName}</strong>
          <MakerStanding maker={makerOf(app)} />
          <MakerLinks maker={makerOf(app)} />
        </div>
      </div>
      <h1>
        Ask {organization.name} to allow <strong>{app.clientName}</strong>
      </h1>
      {refusal ? <AskForm {...view} refusal={refusal} /> : <p>{organization.name} allows this app: connect it.</p>}
      {returnTo && (
        <p>
          <a href={returnTo}>Back to what {app.clientName} asked for</a>
        </p>
      )}
    </Layout>
  )
}

function AskForm(view: AskView & { refusal: OrganizationRefusal }) {
  const { organization, app, refusal, deciders, again, problems } = view
  return (
    <>
      <p>
        {ORGANIZATION_REFUSALS[refusal]} The owners and administrators of {organization.name} decide
        {deciders.length > 0 && <>: {deciders.join(', ')}</>}. They see your address and what you write here, and you
        get their answer by e-mail. You can come back to the app at any time.
      </p>
      {again && <p class="notice">You have asked already. What you write now takes the place of what you wrote.</p>}
      <form method="post" action={pathTo(SITE.organization.ask, organization.slug)}>
        <FormToken once />
        <input type="hidden" name="client_id" value={app.clientId} />
        {view.returnTo && <input type="hidden" name="return_to" value={view.returnTo} />}
        <Problems id="form-problem" texts={problems['']} />
        <TextField
          name="reason"
          label="What do you need it for?"
          hint="At most 500 characters."
          lines={4}
          value={view.reason}
          problems={problems.reason}
          required
        />
        <div class="toolbar">
          <button type="submit" class="primary">
            {again ? 'Save' : 'Ask'}
          </button>
        </div>
      </form>
    </>
  )
}
