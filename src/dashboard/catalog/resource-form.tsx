import { AUDIENCES, SIGNING_ALGORITHMS } from '../../catalog/catalog.ts'
import { FormToken, Problems, TextField } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
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
  /** Null: it is new. */
  existing: { introspectionId: string | null } | null
  values: ResourceValues
  problems: FieldProblems
}

const AUDIENCE_TITLES = { everyone: 'Every app', first_party: 'First-party apps only' } as const

export function resourceFormPage(c: PageContext, view: ResourceFormView) {
  return htmlPage(c, <ResourceForm {...view} />, Object.keys(view.problems).length > 0 ? 422 : 200)
}

function ResourceForm({ existing, values, problems }: ResourceFormView) {
  const title = existing ? `Edit ${values.name}` : 'Add an API'
  return (
    <Layout title={title} wide>
      <h1>{title}</h1>
      <Problems id="form-problem" texts={problems['']} />
      <form method="post" action={existing ? '/operator/catalog/resources/edit' : '/operator/catalog/resources/new'}>
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
          <a class="button" href="/operator/catalog">
            Cancel
          </a>
        </div>
      </form>
      {existing && <Credentials identifier={values.identifier} {...existing} />}
    </Layout>
  )
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
      <form method="post" action="/operator/catalog/resources/credentials">
        <FormToken once />
        <input type="hidden" name="identifier" value={identifier} />
        <button type="submit">{introspectionId === null ? 'Create credentials' : 'Replace the credentials'}</button>
      </form>
    </section>
  )
}

interface SelectProps {
  name: string
  label: string
  value: string
  options: readonly (readonly [value: string, title: string])[]
}

export function Select({ name, label, value, options }: SelectProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {options.map(([option, title]) => (
          <option value={option} selected={option === value}>
            {title}
          </option>
        ))}
      </select>
    </div>
  )
}

interface CredentialsView {
  name: string
  id: string
  secret: string
}

/** The answer to the form itself: it is shown this once. */
export function credentialsPage(c: PageContext, { name, id, secret }: CredentialsView) {
  return htmlPage(
    c,
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
      <a class="button primary" href="/operator/catalog">
        Back to the catalogue
      </a>
    </Layout>,
    201,
  )
}
