import type { Context } from 'hono'
import type { Config } from '../../env.ts'
import { htmlPage } from '../../ui/html-page.tsx'
import { Layout } from '../../ui/layout.tsx'
import { SITE } from '../kit/addresses.ts'
import type { ApiEnv } from '../kit/api-env.ts'
import { describeApi } from '../kit/document.ts'
import { apiResource } from '../kit/protected-resource.ts'
import type { Api } from '../kit/route.ts'
import { apiDocument, type FieldView, type TypeView } from './schema.ts'
import { type ApiDocsView, type OperationView, toDocsView } from './view.ts'

/** Serves the human page of `api`, made of its OpenAPI document when it is first asked for. */
export function apiDocsPage(api: Api) {
  const views = new WeakMap<Config, ApiDocsView>()
  return function showApiDocs(c: Context<ApiEnv>): Promise<Response> {
    const config = c.get('config')
    const view = views.get(config) ?? makeView(api, config)
    views.set(config, view)
    return htmlPage(c, <ApiDocs {...view} />)
  }
}

function makeView(api: Api, config: Config): ApiDocsView {
  const document = apiDocument.parse(describeApi(api, config))
  return toDocsView(document, { issuer: config.issuer, resource: apiResource(config) })
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
