import { APP_KINDS, type AppKindName } from '../../apps/kinds.ts'
import type { Scope } from '../../catalog/catalog.ts'
import type { Membership } from '../../organizations/organization.ts'
import { FormToken, Problems } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import type { FieldProblems } from '../kit/form-problems.ts'
import { AppFields, type AppFormValues } from './form.tsx'

interface RegisterAppView {
  /** Sent twice, the form still registers one app. */
  idempotencyKey: string
  kind: AppKindName
  organizations: readonly Membership[]
  organizationId: string | undefined
  catalogue: readonly Scope[]
  values: AppFormValues
  problems: FieldProblems
}

export function registerAppPage(c: PageContext, view: RegisterAppView) {
  return htmlPage(c, <RegisterApp {...view} />, Object.keys(view.problems).length > 0 ? 422 : 200)
}

function RegisterApp({ idempotencyKey, kind, problems, ...view }: RegisterAppView) {
  const { title, consequence, redirectExample, redirectHint } = APP_KINDS[kind]
  return (
    <Layout title="Register an app" wide>
      <h1>Register an app</h1>
      <p class="lead">
        {title}. {consequence} <a href="/developer/apps/new">It is something else</a>
      </p>
      <Problems id="form-problem" texts={problems['']} />
      <form method="post" action={`/developer/apps/new/${kind}`}>
        <FormToken once />
        <input type="hidden" name="idempotency_key" value={idempotencyKey} />
        <AppFields {...view} problems={problems} redirectExample={redirectExample} redirectHint={redirectHint} steps />
        <Owner organizations={view.organizations} organizationId={view.organizationId} />
        <div class="actions">
          <button type="submit" class="primary">
            Register the app
          </button>
        </div>
      </form>
    </Layout>
  )
}

function Owner({ organizations, organizationId }: Pick<RegisterAppView, 'organizations' | 'organizationId'>) {
  const [only, ...others] = organizations
  if (only && others.length === 0) return <input type="hidden" name="organization_id" value={only.organizationId} />
  return (
    <div class="field">
      <label for="organization_id">It belongs to</label>
      <p class="hint" id="organization_id-hint">
        Its members see the app, and its developers change it. Until it is public, only they can connect it.
      </p>
      <select id="organization_id" name="organization_id" aria-describedby="organization_id-hint">
        {organizations.map((membership) => (
          <option value={membership.organizationId} selected={membership.organizationId === organizationId}>
            {membership.name}
            {membership.personal && ' (personal)'}
          </option>
        ))}
      </select>
    </div>
  )
}
