import { Hono } from 'hono'
import type { Resource, Scope } from '../../catalog/catalog.ts'
import { listResources, listScopes } from '../../catalog/catalog-store.ts'
import { htmlPage } from '../../ui/html-page.tsx'
import { Scrollable } from '../../ui/scrollable.tsx'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { OperatorFrame } from '../operator/frame.tsx'

interface CatalogView {
  resources: readonly Resource[]
  scopes: readonly Scope[]
  notice: string | undefined
}

/** Where the forms of the catalogue lead to. */
export const SAVED = `${SITE.catalog.overview}?done=saved`

export const catalogPage = new Hono<PageEnv>()

catalogPage.get(SITE.catalog.overview, async (c) => {
  const { issuer } = c.get('config')
  const [resources, scopes] = await Promise.all([listResources(c.env.DB, issuer), listScopes(c.env.DB, issuer)])
  const notice = c.req.query('done') === 'saved' ? 'Saved.' : undefined
  return htmlPage(c, <Catalog resources={resources} scopes={scopes} notice={notice} />)
})

function Catalog({ resources, scopes, notice }: CatalogView) {
  return (
    <OperatorFrame tab="catalog">
      <div class="headline">
        <h2>Catalogue</h2>
        <a class="button primary" href={SITE.catalog.newResource}>
          Add an API
        </a>
      </div>
      {notice && (
        <p class="notice" role="status">
          {notice}
        </p>
      )}
      <p>The protected APIs and the permissions that apps can ask people for.</p>
      {resources.map((resource) => (
        <ResourceSection
          resource={resource}
          scopes={scopes.filter((scope) => scope.resource === resource.identifier)}
        />
      ))}
    </OperatorFrame>
  )
}

function ResourceSection({ resource, scopes }: { resource: Resource; scopes: readonly Scope[] }) {
  const query = new URLSearchParams({ identifier: resource.identifier })
  return (
    <section class="connection">
      <div class="headline">
        <div>
          <h2>{resource.name}</h2>
          <p class="code">{resource.identifier}</p>
        </div>
        <div class="inline">
          <a href={`${SITE.catalog.changeResource}?${query}`}>
            Edit<span class="visually-hidden"> {resource.name}</span>
          </a>
          <a href={`${SITE.catalog.newScope}?${query}`}>
            Add a scope<span class="visually-hidden"> to {resource.name}</span>
          </a>
        </div>
      </div>
      <p class="detail">
        Signed with {resource.signingAlg};{' '}
        {resource.accessTokenTtlSeconds === null
          ? 'tokens live for the default time'
          : `tokens live ${resource.accessTokenTtlSeconds} seconds`}
        ; open to {resource.openTo === 'everyone' ? 'every app' : 'first-party apps'};{' '}
        {resource.introspectionId === null
          ? 'no introspection credentials'
          : `introspects as ${resource.introspectionId}`}
        .
      </p>
      {scopes.length > 0 && <ScopeTable scopes={scopes} name={resource.name} />}
    </section>
  )
}

function ScopeTable({ scopes, name }: { scopes: readonly Scope[]; name: string }) {
  return (
    <Scrollable label={`Scopes of ${name}`}>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Scope</th>
            <th scope="col">What people read</th>
            <th scope="col">Reaches</th>
          </tr>
        </thead>
        <tbody>
          {scopes.map((scope) => (
            <tr>
              <td>
                <a href={pathTo(SITE.catalog.scope, scope.name)}>
                  <code>{scope.name}</code>
                </a>
                {scope.sensitive && <span class="tag warn">sensitive</span>}
                {scope.deprecatedAt !== null && <span class="tag">deprecated</span>}
              </td>
              <td>
                {scope.title}
                <span class="detail">{scope.description}</span>
              </td>
              <td>{scope.target === 'account' ? 'the account' : 'organizations'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  )
}
