import type { PropsWithChildren } from 'hono/jsx'
import { AUDIENCES, SIGNING_ALGORITHMS } from '../../catalog/catalog.ts'
import { FormToken, Problems, Select, TextField } from '../../ui/field.tsx'
import { Layout } from '../../ui/layout.tsx'
import { SITE } from '../kit/addresses.ts'
import type { FieldProblems } from '../kit/form-problems.ts'

/** As typed. */
export interface ResourceValues {
  identifier: string
  name: string
  signing_alg: string
  access_token_ttl_seconds: string
  open_to: string
}

interface ResourceFormView {
  /** Whether the API is in the catalogue already: then its identifier stays. */
  existing: boolean
  values: ResourceValues
  problems: FieldProblems
}

export function readResourceForm(fields: URLSearchParams): ResourceValues {
  const text = (name: keyof ResourceValues) => fields.get(name)?.trim() ?? ''
  return {
    identifier: text('identifier'),
    name: text('name'),
    signing_alg: text('signing_alg'),
    access_token_ttl_seconds: text('access_token_ttl_seconds'),
    open_to: text('open_to'),
  }
}

/** What the form says, as the API is told it. Only the schema judges. */
export function toResourceBody({ access_token_ttl_seconds: ttl, ...values }: ResourceValues) {
  return { ...values, access_token_ttl_seconds: ttl === '' ? null : Number(ttl) }
}

const AUDIENCE_TITLES = { everyone: 'Every app', first_party: 'First-party apps only' } as const

/** The settings of an API, new or not. */
export function ResourceForm({ existing, values, problems, children }: PropsWithChildren<ResourceFormView>) {
  const title = existing ? `Edit ${values.name}` : 'Add an API'
  return (
    <Layout title={title} wide>
      <h1>{title}</h1>
      <Problems id="form-problem" texts={problems['']} />
      <form method="post" action={existing ? SITE.catalog.changeResource : SITE.catalog.newResource}>
        <FormToken once />
        {existing ? (
          <input type="hidden" name="identifier" value={values.identifier} />
        ) : (
          <TextField
            name="identifier"
            label="Identifier"
            type="url"
            hint="The absolute URI of the API, which its tokens carry as their audience. It cannot change later."
            value={values.identifier}
            problems={problems.identifier}
            required
          />
        )}
        <TextField name="name" label="Name" value={values.name} problems={problems.name} required />
        <Select
          name="signing_alg"
          label="Tokens are signed with"
          value={values.signing_alg}
          options={SIGNING_ALGORITHMS.map((alg) => [alg, alg])}
        />
        <TextField
          name="access_token_ttl_seconds"
          label="Seconds that an access token lives"
          hint="60 to 86400. Left out: the default of the deployment."
          value={values.access_token_ttl_seconds}
          problems={problems.access_token_ttl_seconds}
        />
        <Select
          name="open_to"
          label="Its scopes are for"
          value={values.open_to}
          options={AUDIENCES.map((audience) => [audience, AUDIENCE_TITLES[audience]])}
        />
        <div class="actions">
          <button type="submit" class="primary">
            Save
          </button>
          <a class="button" href={SITE.catalog.overview}>
            Cancel
          </a>
        </div>
      </form>
      {children}
    </Layout>
  )
}
