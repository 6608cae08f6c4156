import { type Context, Hono } from 'hono'
import type { App } from '../../apps/app.ts'
import type { Scope } from '../../catalog/catalog.ts'
import { listScopes } from '../../catalog/catalog-store.ts'
import { FormToken, NoDefault, Problems } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { getGrant, type Kept, narrowGrant, type OwnGrant } from './actions.ts'
import { organizationNames } from './connection.ts'

interface NarrowView {
  grantId: string
  app: App
  required: readonly Scope[]
  optional: readonly Scope[]
  organizations: readonly { id: string; name: string }[]
  problems: readonly string[]
}

export const narrowPage = new Hono<PageEnv>()

narrowPage.get(SITE.connections.narrow, async (c) => show(c, await getGrant(actionContext(c), c.req.param('grant_id'))))

narrowPage.post(SITE.connections.narrow, async (c) => {
  const own = await getGrant(actionContext(c), c.req.param('grant_id'))
  return submit(c, {
    act: () => narrowGrant(actionContext(c), own.grant.id, readKept(own, c.get('fields'))),
    done: `${SITE.connections.list}?done=saved`,
    refused: (problems) => show(c, own, Object.values(problems).flat()),
  })
})

/** Required scopes have no box: they stay. */
function readKept({ grant, app }: OwnGrant, fields: URLSearchParams): Kept {
  const [scopes, organizations] = [fields.getAll('scope'), fields.getAll('organization')]
  return {
    scopes: grant.scopes.filter((scope) => app.scopes.includes(scope) || scopes.includes(scope)),
    organizations: grant.organizations.filter((id) => organizations.includes(id)),
  }
}

async function show(
  c: Context<PageEnv>,
  { grant, app }: OwnGrant,
  problems: readonly string[] = [],
): Promise<Response> {
  const scopes = (await listScopes(c.env.DB, c.get('config').issuer)).filter(({ name }) => grant.scopes.includes(name))
  const nameOf = organizationNames(c)
  const view = {
    grantId: grant.id,
    app,
    required: scopes.filter(({ name }) => app.scopes.includes(name)),
    optional: scopes.filter(({ name }) => !app.scopes.includes(name)),
    organizations: grant.organizations.map((id) => ({ id, name: nameOf(id) })),
    problems,
  }
  return htmlPage(c, <Narrow {...view} />, formStatus(problems))
}

function Narrow({ grantId, app, required, optional, organizations, problems }: NarrowView) {
  return (
    <Layout title={`Allow ${app.clientName} less`}>
      <h1>Allow {app.clientName} less</h1>
      <p>
        Take away what it need not have. It learns of it with its next access; only you can give it back, at the app.
      </p>
      <Problems id="form-problem" texts={problems} />
      <form method="post" action={pathTo(SITE.connections.narrow, grantId)}>
        <NoDefault />
        <FormToken once />
        {required.length > 0 && (
          <section>
            <h2>It cannot work without</h2>
            <ul class="permissions">
              {required.map((scope) => (
                <li>{scope.title}</li>
              ))}
            </ul>
          </section>
        )}
        <Choices
          legend="It may also"
          name="scope"
          items={optional.map(({ name, title }) => ({ id: name, name: title }))}
        />
        <Choices legend="In these organizations" name="organization" items={organizations} />
        <div class="actions">
          <button type="submit" class="primary">
            Save
          </button>
          <a class="button" href={SITE.connections.list}>
            Cancel
          </a>
        </div>
      </form>
    </Layout>
  )
}

interface ChoicesProps {
  legend: string
  name: string
  items: readonly { id: string; name: string }[]
}

function Choices({ legend, name, items }: ChoicesProps) {
  if (items.length === 0) return null
  return (
    <fieldset>
      <legend>{legend}</legend>
      {items.map((item) => (
        <label class="choice">
          <input type="checkbox" name={name} value={item.id} checked />
          <span>{item.name}</span>
        </label>
      ))}
    </fieldset>
  )
}
