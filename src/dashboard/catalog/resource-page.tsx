import { type Context, Hono } from 'hono'
import type { Resource } from '../../catalog/catalog.ts'
import { toSnakeKeys } from '../../lib/case.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { actionContext } from '../kit/action-context.ts'
import { SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { parseBody } from '../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { changeResource, createResourceCredentials, requireResource } from './actions.ts'
import { SAVED } from './catalog-page.tsx'
import { ResourceForm, type ResourceValues, readResourceForm, toResourceBody } from './resource-form.tsx'
import { newResource, resourceChange } from './schemas.ts'

/** An API of the catalogue: its settings, and the credentials that it introspects with. */
export const resourcePage = new Hono<PageEnv>()

resourcePage.get(SITE.catalog.changeResource, async (c) => {
  const resource = await requireResource(actionContext(c), c.req.query('identifier') ?? '')
  return show(c, resource, toResourceValues(resource))
})

resourcePage.post(SITE.catalog.changeResource, async (c) => {
  const values = readResourceForm(c.get('fields'))
  const resource = await requireResource(actionContext(c), values.identifier)
  const { identifier, ...change } = toResourceBody(values)
  return submit(c, {
    act: () => changeResource(actionContext(c), identifier, parseBody(resourceChange, change)),
    done: SAVED,
    refused: (problems) => show(c, resource, values, problems),
  })
})

resourcePage.post(SITE.catalog.resourceCredentials, async (c) => {
  const { identifier, name } = await requireResource(actionContext(c), c.get('fields').get('identifier') ?? '')
  const credentials = await createResourceCredentials(actionContext(c), identifier)
  return htmlPage(c, <CreatedCredentials name={name} {...credentials} />, 201)
})

function show(
  c: Context<PageEnv>,
  { introspectionId }: Resource,
  values: ResourceValues,
  problems: FieldProblems = {},
): Promise<Response> {
  const form = (
    <ResourceForm existing values={values} problems={problems}>
      <Credentials identifier={values.identifier} introspectionId={introspectionId} />
    </ResourceForm>
  )
  return htmlPage(c, form, formStatus(problems))
}

function toResourceValues(resource: Resource): ResourceValues {
  const { access_token_ttl_seconds: ttl, ...values } = toSnakeKeys(newResource, resource)
  return { ...values, access_token_ttl_seconds: ttl === null ? '' : String(ttl) }
}

interface CredentialsProps {
  identifier: string
  introspectionId: string | null
}

function Credentials({ identifier, introspectionId }: CredentialsProps) {
  return (
    <section>
      <h2>Introspection</h2>
      <p>
        {introspectionId === null
          ? 'The API has no credentials for POST /introspect.'
          : `The API introspects as ${introspectionId}. New credentials end these at once.`}
      </p>
      <form method="post" action={SITE.catalog.resourceCredentials}>
        <FormToken once />
        <input type="hidden" name="identifier" value={identifier} />
        <button type="submit">{introspectionId === null ? 'Create credentials' : 'Replace the credentials'}</button>
      </form>
    </section>
  )
}

interface CredentialsView {
  name: string
  id: string
  secret: string
}

/** The answer to the form itself: the password is shown this once. */
function CreatedCredentials({ name, id, secret }: CredentialsView) {
  return (
    <Layout title="Introspection credentials" wide>
      <h1>Introspection credentials of {name}</h1>
      <dl class="facts">
        <dt>User name</dt>
        <dd>
          <code data-copy>{id}</code>
        </dd>
        <dt>Password</dt>
        <dd>
          <code data-copy>{secret}</code>
        </dd>
      </dl>
      <p class="problem">This is the only time that you see the password. The API sends both by HTTP Basic.</p>
      <a class="button primary" href={SITE.catalog.overview}>
        Back to the catalogue
      </a>
    </Layout>
  )
}
