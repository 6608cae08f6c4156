import { type Context, Hono } from 'hono'
import { htmlPage } from '../../ui/html-page.tsx'
import { actionContext } from '../kit/action-context.ts'
import { SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { parseBody } from '../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { createResource } from './actions.ts'
import { SAVED } from './catalog-page.tsx'
import { ResourceForm, type ResourceValues, readResourceForm, toResourceBody } from './resource-form.tsx'
import { newResource } from './schemas.ts'

const NEW_RESOURCE: ResourceValues = {
  identifier: '',
  name: '',
  signing_alg: 'ES256',
  access_token_ttl_seconds: '',
  open_to: 'everyone',
}

export const newResourcePage = new Hono<PageEnv>()

newResourcePage.get(SITE.catalog.newResource, (c) => show(c, NEW_RESOURCE))

newResourcePage.post(SITE.catalog.newResource, (c) => {
  const values = readResourceForm(c.get('fields'))
  return submit(c, {
    act: () => createResource(actionContext(c), parseBody(newResource, toResourceBody(values))),
    done: SAVED,
    refused: (problems) => show(c, values, problems),
  })
})

function show(c: Context<PageEnv>, values: ResourceValues, problems: FieldProblems = {}): Promise<Response> {
  const form = <ResourceForm existing={false} values={values} problems={problems} />
  return htmlPage(c, form, formStatus(problems))
}
