import { FormToken } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'

interface ConfirmedView {
  path: string
  fields: readonly (readonly [name: string, value: string])[]
}

export function confirmedPage(c: PageContext, view: ConfirmedView) {
  return htmlPage(c, <Confirmed {...view} />)
}

/** Signing in again lost nothing: the form is as it was sent, and one press away. */
function Confirmed({ path, fields }: ConfirmedView) {
  const [page = '/'] = path.split('?')
  const shown = fields.filter(([, value]) => value !== '')
  return (
    <Layout title="Go on where you were">
      <h1>Thank you. Go on where you were</h1>
      <p>You had sent this, and nothing of it was done yet:</p>
      <dl class="facts">
        {shown.map(([name, value]) => (
          <>
            <dt>{name.replaceAll('_', ' ')}</dt>
            <dd class="said">{value}</dd>
          </>
        ))}
      </dl>
      <form method="post" action={path}>
        <FormToken />
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <div class="toolbar">
          <button type="submit" class="primary">
            Go on
          </button>
          <a class="button" href={page}>
            Back to the page
          </a>
        </div>
      </form>
    </Layout>
  )
}
