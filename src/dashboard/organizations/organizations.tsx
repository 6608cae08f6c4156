import type { Organization, Role } from '../../organizations/organization.ts'
import { FormToken, Problems, TextField } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'

interface OrganizationsView {
  organizations: readonly { organization: Organization; role: Role }[]
  values: { name: string; slug: string }
  problems: Readonly<Record<string, readonly string[]>>
}

export function organizationsPage(c: PageContext, view: OrganizationsView) {
  return htmlPage(c, <Organizations {...view} />, Object.keys(view.problems).length > 0 ? 422 : 200)
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
                <a href={`/organizations/${organization.slug}`}>{organization.name}</a>
              )}
              {organization.personal && <span class="tag">personal</span>}
            </div>
            <span class="detail">{role}</span>
          </li>
        ))}
      </ul>
      <form method="post" action="/organizations">
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
