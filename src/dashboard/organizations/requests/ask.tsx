import type { App } from '../../../apps/app.ts'
import { makerOf } from '../../../apps/maker.ts'
import type { Organization } from '../../../organizations/organization.ts'
import { REFUSALS, type Refusal } from '../../../organizations/refusals.ts'
import { FormToken, Problems, TextField } from '../../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { Layout } from '../../../ui/layout.tsx'
import { MakerIcon, MakerLinks, MakerStanding } from '../../../ui/maker.tsx'

interface AskView {
  organization: Organization
  app: App
  /** Undefined: there is nothing to ask for. */
  refusal: Refusal | undefined
  /** The addresses of some who decide. */
  deciders: readonly string[]
  /** Whether it was asked before and not answered yet. */
  again: boolean
  reason: string
  /** The authorization in progress. */
  returnTo: string | undefined
  problems: Readonly<Record<string, readonly string[]>>
}

export function askPage(c: PageContext, view: AskView) {
  return htmlPage(c, <Ask {...view} />, Object.keys(view.problems).length > 0 ? 422 : 200)
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

function AskForm(view: AskView & { refusal: Refusal }) {
  const { organization, app, refusal, deciders, again, problems } = view
  return (
    <>
      <p>
        {REFUSALS[refusal]} The owners and administrators of {organization.name} decide
        {deciders.length > 0 && <>: {deciders.join(', ')}</>}. They see your address and what you write here, and you
        get their answer by e-mail. You can come back to the app at any time.
      </p>
      {again && <p class="notice">You have asked already. What you write now takes the place of what you wrote.</p>}
      <form method="post" action={`/organizations/${organization.slug}/requests/new`}>
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
