import { type Context, Hono } from 'hono'
import { FormToken, Problems, TextField } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { parseBody } from '../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { createOrganization, listOrganizations, type OwnOrganization } from './actions.ts'
import { newOrganization } from './schemas.ts'

interface OrganizationsView {
  organizations: readonly OwnOrganization[]
  /** As they were typed. */
  values: { name: string; slug: string }
  problems: FieldProblems
}

/** The organizations that somebody is in, and the form that makes another. */
export const organizationsPage = new Hono<PageEnv>()

organizationsPage.get(SITE.organizations, (c) => show(c, { name: '', slug: '' }))

organizationsPage.post(SITE.organizations, (c) => {
  const fields = c.get('fields')
  const values = { name: fields.get('name') ?? '', slug: fields.get('slug') ?? '' }
  return submit(c, {
    act: () => createOrganization(actionContext(c), parseBody(newOrganization, values)),
    done: ({ organization }) => pathTo(SITE.organization.overview, organization.slug),
    refused: (problems) => show(c, values, problems),
  })
})

async function show(
  c: Context<PageEnv>,
  values: OrganizationsView['values'],
  problems: FieldProblems = {},
): Promise<Response> {
  const view = { organizations: await listOrganizations(actionContext(c)), values, problems }
  return htmlPage(c, <Organizations {...view} />, formStatus(problems))
}

function Organizations({ organizations, values, problems }: OrganizationsView) {
  return (
    <Layout title="Organizations" wide>
      <h1>Organizations</h1>
      <ul class="rows">
        {organizations.map(({ organization, role }) => (
          <li>
            <div>
              {organization.slug === null ? (
                <strong>{organization.name}</strong>
              ) : (
                <a href={pathTo(SITE.organization.overview, organization.slug)}>{organization.name}</a>
              )}
              {organization.personal && <span class="tag">personal</span>}
            </div>
            <span class="detail">{role}</span>
          </li>
        ))}
      </ul>
      <form method="post" action={SITE.organizations}>
        <fieldset class="part">
          <legend>A new organization</legend>
          <FormToken once />
          <Problems id="form-problem" texts={problems['']} />
          <TextField name="name" label="Name" value={values.name} problems={problems.name} required />
          <TextField
            name="slug"
            label="Slug"
            hint="Names it in addresses: small letters, digits and hyphens."
            value={values.slug}
            problems={problems.slug}
            required
          />
          <button type="submit" class="primary">
            Create the organization
          </button>
        </fieldset>
      </form>
    </Layout>
  )
}
