import { type Context, Hono } from 'hono'
import { FormToken, NoDefault, TextField } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { inNumber } from '../../../ui/in-number.ts'
import { actionContext } from '../../kit/action-context.ts'
import { checkAct } from '../../kit/acts.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { formStatus } from '../../kit/form-problems.ts'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { type ClosingConsequences, closeOrganization, foreseeClosing, requireClosable } from './actions.ts'

/** The end of an organization, for its owners. */
export const closingPage = new Hono<OrganizationEnv>()

closingPage.get(SITE.organization.close, (c) => show(c, { name: '', problems: [] }))

closingPage.post(SITE.organization.close, async (c) => {
  const { organization } = c.get('own')
  await requireClosable(actionContext(c), organization.id)
  checkAct(c.get('caller'), 'closeOrganization')
  const name = c.get('fields').get('name')?.trim() ?? ''
  if (name !== organization.name) return show(c, { name, problems: ['This is not its name. Nothing was closed.'] })
  await closeOrganization(actionContext(c), organization.id)
  return c.redirect(SITE.organizations, 303)
})

async function show(
  c: Context<OrganizationEnv>,
  typed: { name: string; problems: readonly string[] },
): Promise<Response> {
  const own = await requireClosable(actionContext(c), c.get('own').organization.id)
  const closing = await foreseeClosing(actionContext(c), own.organization.id)
  const view = { own, closing, ...typed }
  return htmlPage(c, <CloseOrganization {...view} />, formStatus(typed.problems))
}

interface CloseView {
  own: OwnOrganization
  closing: ClosingConsequences
  /** As it was typed. */
  name: string
  problems: readonly string[]
}

function CloseOrganization({ own, closing, name, problems }: CloseView) {
  const { organization } = own
  return (
    <OrganizationFrame own={own} tab="apps" title="Close">
      <h2>Close {organization.name}?</h2>
      <p>This is for good, and it holds at once:</p>
      <Facts closing={closing} />
      <form method="post" action={pathTo(SITE.organization.close, organization.slug)}>
        <NoDefault />
        <FormToken once />
        <TextField
          name="name"
          label="Its name"
          hint={`Type ${organization.name} to say that you mean it.`}
          value={name}
          problems={problems}
          required
        />
        <div class="actions">
          <button type="submit" class="danger">
            Close it for good
          </button>
          <a class="button" href={pathTo(SITE.organization.overview, organization.slug)}>
            Keep it
          </a>
        </div>
      </form>
    </OrganizationFrame>
  )
}

function Facts({ closing }: Pick<CloseView, 'closing'>) {
  const { members, ownApps, apps, grants, people, webhooks, invitations } = closing
  return (
    <ul>
      <li>
        {members === 1
          ? 'Nobody but you is in it.'
          : `${members} members, you among them, are in it no more; they keep their accounts.`}
      </li>
      {ownApps.length === 0 && <li>It has no apps of its own.</li>}
      {ownApps.map((app) => (
        <li>
          Its app <strong>{app.clientName}</strong> stops for everybody:{' '}
          {app.people === 0
            ? 'nobody is connected to it.'
            : `${inNumber(app.people, 'person', 'people')} ${app.people === 1 ? 'loses' : 'lose'} it.`}
        </li>
      ))}
      <li>
        {grants === 0
          ? 'No app of others reaches it.'
          : `${inNumber(apps, 'app')} of others ${apps === 1 ? 'loses' : 'lose'} access to it: ${inNumber(grants, 'grant')} of ${inNumber(people, 'person', 'people')}. What else those reach stays.`}
      </li>
      <li>
        {webhooks + invitations === 0
          ? 'It has no webhooks and no open invitations.'
          : `${inNumber(webhooks, 'webhook')} and ${inNumber(invitations, 'open invitation')} end.`}
      </li>
    </ul>
  )
}
