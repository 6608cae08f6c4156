import type { App } from '../../apps/app.ts'
import type { Scope } from '../../catalog/catalog.ts'
import { FormToken, NoDefault, Problems } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'

interface NarrowView {
  grantId: string
  app: App
  required: readonly Scope[]
  optional: readonly Scope[]
  organizations: readonly { id: string; name: string }[]
  problems: readonly string[]
}

export function narrowPage(c: PageContext, view: NarrowView) {
  return htmlPage(c, <Narrow {...view} />, view.problems.length > 0 ? 422 : 200)
}

function Narrow({ grantId, app, required, optional, organizations, problems }: NarrowView) {
  return (
    <Layout title={`Allow ${app.clientName} less`}>
      <h1>Allow {app.clientName} less</h1>
      <p>
        Take away what it need not have. It learns of it with its next access; only you can give it back, at the app.
      </p>
      <Problems id="form-problem" texts={problems} />
      <form method="post" action={`/connections/${grantId}`}>
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
          <a class="button" href="/connections">
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
