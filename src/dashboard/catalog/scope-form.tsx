import type { PropsWithChildren } from 'hono/jsx'
import { type Scope, TARGETS } from '../../catalog/catalog.ts'
import { CheckBox, FormToken, Problems, Select, TextField } from '../../ui/field.tsx'
import { Layout } from '../../ui/layout.tsx'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { FieldProblems } from '../kit/form-problems.ts'

/** As typed. */
export interface ScopeValues {
  name: string
  resource: string
  title: string
  description: string
  target: string
  sensitive: boolean
  deprecated: boolean
  replaced_by: string
}

interface ScopeFormView {
  isNew: boolean
  values: ScopeValues
  /** What may replace it. */
  successors: readonly Scope[]
  problems: FieldProblems
}

/** The name of a new scope is typed; that of another stands in its address. */
export function readScopeForm(fields: URLSearchParams, name = ''): ScopeValues {
  const text = (field: keyof ScopeValues) => fields.get(field)?.trim() ?? ''
  return {
    name: name || text('name'),
    resource: text('resource'),
    title: text('title'),
    description: text('description'),
    target: text('target'),
    sensitive: fields.has('sensitive'),
    deprecated: fields.has('deprecated'),
    replaced_by: text('replaced_by'),
  }
}

const TARGET_TITLES = {
  account: "The person's account",
  organization: 'Organizations that the person chooses',
} as const

/** A scope, new or not. What else its page has stands below. */
export function ScopeForm({ isNew, values, successors, problems, children }: PropsWithChildren<ScopeFormView>) {
  const path = isNew ? SITE.catalog.newScope : pathTo(SITE.catalog.scope, values.name)
  return (
    <Layout title={isNew ? 'Add a scope' : values.name} wide>
      <h1>{isNew ? 'Add a scope' : values.name}</h1>
      <p class="code">{values.resource}</p>
      <Problems id="form-problem" texts={problems['']} />
      <form method="post" action={path}>
        <FormToken once />
        <input type="hidden" name="resource" value={values.resource} />
        {isNew && (
          <>
            <TextField
              name="name"
              label="Name"
              hint="thing:action, such as projects:read. It cannot change later."
              value={values.name}
              problems={problems.name}
              required
            />
            <Select
              name="target"
              label="It reaches"
              value={values.target}
              options={TARGETS.map((target) => [target, TARGET_TITLES[target]])}
            />
          </>
        )}
        <TextField name="title" label="Title" value={values.title} problems={problems.title} required />
        <TextField
          name="description"
          label="The sentence that people read on the consent page"
          value={values.description}
          problems={problems.description}
          required
        />
        <CheckBox name="sensitive" checked={values.sensitive} title="Sensitive" says="Always asks the person anew." />
        {!isNew && <Deprecation values={values} successors={successors} problems={problems} />}
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

function Deprecation({ values, successors, problems }: Pick<ScopeFormView, 'values' | 'successors' | 'problems'>) {
  return (
    <>
      <CheckBox
        name="deprecated"
        checked={values.deprecated}
        title="Deprecated"
        says="Apps that have it keep it; no other app can be registered for it."
      />
      <Problems id="replaced_by-problem" texts={problems.replaced_by} />
      <Select
        name="replaced_by"
        label="To be replaced by"
        value={values.replaced_by}
        options={[['', 'Nothing'], ...successors.map(({ name }) => [name, name] as const)]}
      />
    </>
  )
}
