import { type Context, Hono } from 'hono'
import { APP_KINDS, type AppKindName, isAppKind } from '../../apps/kinds.ts'
import { isPublic } from '../../apps/settings.ts'
import { listOfferedScopes } from '../../catalog/catalog-store.ts'
import { randomUuid } from '../../lib/random.ts'
import { type Membership, mayManageApps } from '../../organizations/organization.ts'
import { FormToken, Problems, Select } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { parseBody } from '../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../kit/form-problems.ts'
import { clientCredentials, shownOncePage } from '../kit/shown-once.tsx'
import { submit } from '../kit/submit.ts'
import { registerApp } from './actions.ts'
import { AppFields } from './form.tsx'
import { emptyForm, toBody } from './form-values.ts'
import type { AppForm } from './inputs.tsx'
import { appRegistration } from './schemas.ts'

interface RegisterAppView extends Omit<AppForm, 'redirectHint' | 'redirectExample'> {
  /** Sent twice, the form still registers one app. */
  idempotencyKey: string
  kind: AppKindName
  organizations: readonly Membership[]
  organizationId: string | undefined
}

export const registerPage = new Hono<PageEnv>()

registerPage.get(SITE.apps.register, async (c) => {
  const { kind } = c.req.param()
  if (!isAppKind(kind)) return c.redirect(SITE.apps.kinds, 303)
  return showForm(c, kind, emptyForm(), { organizationId: c.req.query('organization'), problems: {} })
})

registerPage.post(SITE.apps.register, async (c) => {
  const { kind } = c.req.param()
  if (!isAppKind(kind)) return c.notFound()
  const values = c.get('fields')
  const organizationId = values.get('organization_id') ?? undefined
  return submit(c, {
    act: () => {
      const body = parseBody(appRegistration, {
        ...toBody(values),
        token_endpoint_auth_method: APP_KINDS[kind].tokenEndpointAuthMethod,
        ...(organizationId && { organization_id: organizationId }),
      })
      return registerApp(actionContext(c), body, values.get('idempotency_key') ?? undefined)
    },
    done: (registered) => showRegistration(c, registered),
    refused: (problems) => showForm(c, kind, values, { organizationId, problems }),
  })
})

async function showForm(
  c: Context<PageEnv>,
  kind: AppKindName,
  values: URLSearchParams,
  { organizationId, problems }: { organizationId: string | undefined; problems: FieldProblems },
): Promise<Response> {
  const { memberships } = c.get('caller')
  const view = {
    idempotencyKey: c.get('fields')?.get('idempotency_key') ?? randomUuid(),
    kind,
    organizations: memberships.filter(({ role }) => mayManageApps(role)),
    organizationId,
    catalogue: await listOfferedScopes(c.env.DB, c.get('config').issuer),
    values,
    problems,
  }
  return htmlPage(c, <RegisterApp {...view} />, formStatus(problems))
}

function showRegistration(c: Context<PageEnv>, { app, clientSecret }: Awaited<ReturnType<typeof registerApp>>) {
  return shownOncePage(c, {
    title: `${app.clientName} is registered`,
    shown: clientCredentials(app.clientId, clientSecret),
    explanation:
      clientSecret === null && !isPublic(app)
        ? 'This form was sent before: the app is there already, and its secret was shown then. Create another if you missed it.'
        : 'It is private: members of its organization can connect it now, and try everything out.',
    nextHref: pathTo(SITE.app.overview, app.clientId),
    nextTitle: 'Go to the app and its quick start',
  })
}

function RegisterApp({ idempotencyKey, kind, problems, ...view }: RegisterAppView) {
  const { title, consequence, redirectExample, redirectHint } = APP_KINDS[kind]
  return (
    <Layout title="Register an app" wide>
      <h1>Register an app</h1>
      <p class="lead">
        {title}. {consequence} <a href={SITE.apps.kinds}>It is something else</a>
      </p>
      <Problems id="form-problem" texts={problems['']} />
      <form method="post" action={pathTo(SITE.apps.register, kind)}>
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
    <Select
      name="organization_id"
      label="It belongs to"
      hint="Its members see the app, and its developers change it. Until it is public, only they can connect it."
      value={organizationId}
      options={organizations.map((membership) => [
        membership.organizationId,
        membership.personal ? `${membership.name} (personal)` : membership.name,
      ])}
    />
  )
}
