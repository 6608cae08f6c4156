import { type Context, Hono } from 'hono'
import { APP_KINDS, type AppKindName, isAppKind } from '../../apps/kinds.ts'
import { isPublic } from '../../apps/settings.ts'
import { listOfferedScopes } from '../../catalog/catalog-store.ts'
import { randomUuid } from '../../lib/random.ts'
import { mayManageApps } from '../../organizations/organization.ts'
import { askerOf } from '../kit/asker.ts'
import { parseBody } from '../kit/field-errors.ts'
import type { FieldProblems } from '../kit/form-problems.ts'
import { problemsOf } from '../kit/form-problems.ts'
import { clientCredentials, shownOncePage } from '../kit/shown-once.tsx'
import type { PageEnv } from '../kit/visitor.ts'
import { createApp } from './actions.ts'
import { appKindsPage } from './app-kinds.tsx'
import { EMPTY_FORM, readAppForm, toBody } from './form-values.ts'
import { registerAppPage } from './register-app.tsx'
import { appRegistration } from './schemas.ts'

export const registerPages = new Hono<PageEnv>()

registerPages.get('/developer/apps/new', (c) => appKindsPage(c, { organizationId: c.req.query('organization') }))

registerPages.get('/developer/apps/new/:kind', async (c) => {
  const { kind } = c.req.param()
  if (!isAppKind(kind)) return c.redirect('/developer/apps/new', 303)
  return showForm(c, kind, EMPTY_FORM, { organizationId: c.req.query('organization'), problems: {} })
})

registerPages.post('/developer/apps/new/:kind', async (c) => {
  const { kind } = c.req.param()
  if (!isAppKind(kind)) return c.notFound()
  const fields = c.get('fields')
  const values = readAppForm(fields)
  const organizationId = fields.get('organization_id') ?? undefined
  try {
    const body = parseBody(appRegistration, {
      ...toBody(values),
      token_endpoint_auth_method: APP_KINDS[kind].tokenEndpointAuthMethod,
      ...(organizationId && { organization_id: organizationId }),
    })
    const registration = await createApp(askerOf(c), body, fields.get('idempotency_key') ?? undefined)
    return showRegistration(c, registration)
  } catch (error) {
    return showForm(c, kind, values, { organizationId, problems: problemsOf(error) })
  }
})

async function showForm(
  c: Context<PageEnv>,
  kind: AppKindName,
  values: typeof EMPTY_FORM,
  { organizationId, problems }: { organizationId: string | undefined; problems: FieldProblems },
): Promise<Response> {
  const { memberships } = c.get('caller')
  return registerAppPage(c, {
    idempotencyKey: c.get('fields')?.get('idempotency_key') ?? randomUuid(),
    kind,
    organizations: memberships.filter(({ role }) => mayManageApps(role)),
    organizationId,
    catalogue: await listOfferedScopes(c.env.DB, c.get('config').issuer),
    values,
    problems,
  })
}

function showRegistration(c: Context<PageEnv>, { app, clientSecret }: Awaited<ReturnType<typeof createApp>>) {
  return shownOncePage(c, {
    title: `${app.clientName} is registered`,
    shown: clientCredentials(app.clientId, clientSecret),
    explanation:
      clientSecret === null && !isPublic(app)
        ? 'This form was sent before: the app is there already, and its secret was shown then. Create another if you missed it.'
        : 'It is private: members of its organization can connect it now, and try everything out.',
    nextHref: `/developer/apps/${app.clientId}`,
    nextTitle: 'Go to the app and its quick start',
  })
}
