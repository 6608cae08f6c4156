import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { SITE } from '../kit/addresses.ts'

/** A type in words; `object` names one of the described objects. */
export interface TypeView {
  words: string
  object?: string
}

export interface FieldView {
  name: string
  type: TypeView
  required: boolean
  description: string
}

export interface OperationView {
  id: string
  method: string
  path: string
  summary: string
  description: string
  /** What an access token needs; undefined: any that is valid. */
  scope: string | undefined
  parameters: readonly (FieldView & { place: string })[]
  body: readonly FieldView[]
  answers: readonly { status: string; description: string; type: TypeView | undefined }[]
  curl: string
}

export interface ApiDocsView {
  title: string
  description: string
  resource: string
  groups: readonly { name: string; description: string; operations: readonly OperationView[] }[]
  objects: readonly { name: string; description: string; fields: readonly FieldView[] }[]
}

export function apiDocsPage(c: PageContext, view: ApiDocsView) {
  return htmlPage(c, <ApiDocs {...view} />)
}

function ApiDocs({ title, description, resource, groups, objects }: ApiDocsView) {
  return (
    <Layout title={title} wide>
      <h1>{title}</h1>
      <p class="lead">
        <Prose text={description} />
      </p>
      <p>
        Send an access token whose <code>resource</code> is <code>{resource}</code>; a script gets one as{' '}
        <code>postern-cli</code>. The same in the words of OpenAPI 3.1: <a href={SITE.api.openapi}>openapi.json</a>.
      </p>
      <nav aria-label="Contents">
        <ul class="contents">
          {groups.map(({ name }) => (
            <li>
              <a href={`#${name}`}>{name}</a>
            </li>
          ))}
          <li>
            <a href="#objects">Objects</a>
          </li>
        </ul>
      </nav>
      {groups.map((group) => (
        <section id={group.name} class="api-group">
          <h2>{group.name}</h2>
          <p>{group.description}</p>
          {group.operations.map((operation) => (
            <Operation {...operation} />
          ))}
        </section>
      ))}
      <section id="objects" class="api-group">
        <h2>Objects</h2>
        {objects.map(({ name, description, fields }) => (
          <section id={name}>
            <h3>{name}</h3>
            <p>
              <Prose text={description} />
            </p>
            <Fields fields={fields} />
          </section>
        ))}
      </section>
    </Layout>
  )
}

function Operation(operation: OperationView) {
  const { id, method, path, summary, description, scope, parameters, body, answers, curl } = operation
  return (
    <details id={id} class="operation">
      <summary>
        <code>
          {method} {path}
        </code>{' '}
        {summary}
      </summary>
      <p>
        <Prose text={description} />
      </p>
      <p class="detail">
        {scope ? <Prose text={`An access token needs \`${scope}\`.`} /> : 'Any access token will do.'}
      </p>
      {parameters.length > 0 && <Fields title="Parameters" fields={parameters} />}
      {body.length > 0 && <Fields title="Body" fields={body} />}
      <h4>Answers</h4>
      <dl class="facts answers">
        {answers.map(({ status, description, type }) => (
          <>
            <dt>{status}</dt>
            <dd>
              <Prose text={description} /> {type && <Type {...type} />}
            </dd>
          </>
        ))}
      </dl>
      <h4>Example</h4>
      <pre class="snippet" tabindex={0}>
        {curl}
      </pre>
    </details>
  )
}

function Fields({ title, fields }: { title?: string; fields: readonly (FieldView & { place?: string })[] }) {
  return (
    <>
      {title && <h4>{title}</h4>}
      <dl class="fields">
        {fields.map(({ name, place, type, required, description }) => (
          <>
            <dt>
              <code>{name}</code> <Type {...type} />
              {place && <span class="tag">{place}</span>}
              {required && <span class="tag">required</span>}
            </dt>
            <dd>
              <Prose text={description} />
            </dd>
          </>
        ))}
      </dl>
    </>
  )
}

function Type({ words, object }: TypeView) {
  return (
    <>
      {words} {object && <a href={`#${object}`}>{object}</a>}
    </>
  )
}

/** What stands between backticks is code. */
function Prose({ text }: { text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</>
}
