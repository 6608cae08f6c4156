import { type Context, Hono } from 'hono'
import type { Scope } from '../../catalog/catalog.ts'
import { listScopes } from '../../catalog/catalog-store.ts'
import { ApiError } from '../../errors.ts'
import { FormToken } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { parseBody } from '../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { changeScope, deleteScope } from './actions.ts'
import { SAVED } from './catalog-page.tsx'
import { scopeChange } from './schemas.ts'
import { readScopeForm, ScopeForm, type ScopeValues } from './scope-form.tsx'

/** A scope of the catalogue: changed, deprecated, or deleted as long as nothing depends on it. */
export const scopePage = new Hono<PageEnv>()

scopePage.get(SITE.catalog.scope, async (c) => {
  const scopes = await listScopes(c.env.DB, c.get('config').issuer)
  const scope = scopes.find(({ name }) => name === c.req.param('name'))
  if (!scope) throw new ApiError('not-found')
  return show(c, toScopeValues(scope))
})

scopePage.post(SITE.catalog.scope, (c) => {
  const values = readScopeForm(c.get('fields'), c.req.param('name'))
  const { title, description, sensitive, deprecated, replaced_by } = values
  const change = { title, description, sensitive, deprecated, replaced_by: replaced_by || null }
  return submit(c, {
    act: () => changeScope(actionContext(c), values.name, parseBody(scopeChange, change)),
    done: SAVED,
    refused: (problems) => show(c, values, problems),
  })
})

scopePage.post(SITE.catalog.deleteScope, async (c) => {
  await deleteScope(actionContext(c), c.req.param('name'))
  return c.redirect(SAVED, 303)
})

async function show(c: Context<PageEnv>, values: ScopeValues, problems: FieldProblems = {}): Promise<Response> {
  const successors = (await listScopes(c.env.DB, c.get('config').issuer)).filter(
    ({ name, resource, deprecatedAt }) => resource === values.resource && name !== values.name && deprecatedAt === null,
  )
  const form = (
    <ScopeForm isNew={false} values={values} successors={successors} problems={problems}>
      <DeleteForm name={values.name} />
    </ScopeForm>
  )
  return htmlPage(c, form, formStatus(problems))
}

function toScopeValues({ deprecatedAt, replacedBy, ...scope }: Scope): ScopeValues {
  return { ...scope, deprecated: deprecatedAt !== null, replaced_by: replacedBy ?? '' }
}

function DeleteForm({ name }: { name: string }) {
  return (
    <form method="post" action={pathTo(SITE.catalog.deleteScope, name)}>
      <FormToken once />
      <p>A scope that no app, grant or other scope depends on can be deleted. One in use can only be deprecated.</p>
      <button type="submit" class="danger">
        Delete {name}
      </button>
    </form>
  )
}
