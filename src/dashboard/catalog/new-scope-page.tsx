import { type Context, Hono } from 'hono'
import { htmlPage } from '../../ui/html-page.tsx'
import { actionContext } from '../kit/action-context.ts'
import { SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { parseBody } from '../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { createScope, requireResource } from './actions.ts'
import { SAVED } from './catalog-page.tsx'
import { newScope } from './schemas.ts'
import { readScopeForm, ScopeForm, type ScopeValues } from './scope-form.tsx'

const NEW_SCOPE: ScopeValues = {
  name: '',
  resource: '',
  title: '',
  description: '',
  target: 'organization',
  sensitive: false,
  deprecated: false,
  replaced_by: '',
}

export const newScopePage = new Hono<PageEnv>()

newScopePage.get(SITE.catalog.newScope, async (c) => {
  const { identifier } = await requireResource(actionContext(c), c.req.query('identifier') ?? '')
  return show(c, { ...NEW_SCOPE, resource: identifier })
})

newScopePage.post(SITE.catalog.newScope, (c) => {
  const values = readScopeForm(c.get('fields'))
  const { name, resource, title, description, target, sensitive } = values
  const body = { name, resource, title, description, target, sensitive }
  return submit(c, {
    act: () => createScope(actionContext(c), parseBody(newScope, body)),
    done: SAVED,
    refused: (problems) => show(c, values, problems),
  })
})

function show(c: Context<PageEnv>, values: ScopeValues, problems: FieldProblems = {}): Promise<Response> {
  const form = <ScopeForm isNew values={values} successors={[]} problems={problems} />
  return htmlPage(c, form, formStatus(problems))
}
