import { logoPath } from '../../../apps/logo.ts'
import { INVENTORY_STATES, type InventoryItem, type InventorySort } from '../../../organizations/inventory.ts'
import { Scrollable } from '../../../ui/scrollable.tsx'
import { Time } from '../../../ui/time.tsx'
import { pathTo, SITE } from '../../kit/addresses.ts'
import type { InventoryFilter } from './schemas.ts'
import { StateTag } from './state-tag.tsx'

export interface InventoryPart {
  /** The organization's, in addresses. */
  slug: string | null
  items: readonly InventoryItem[]
  query: InventoryFilter
  /** Of the next page; null: there is none. */
  nextCursor: string | null
}

const COLUMNS = [
  { title: 'App', up: 'name', down: '-name' },
  { title: 'People', up: 'people', down: '-people' },
  { title: 'Last used', up: 'last_used', down: '-last_used' },
] as const satisfies { title: string; up: InventorySort; down: InventorySort }[]

/** Every app that reaches the organization, as a table that links sort. */
export function Inventory({ part }: { part: InventoryPart }) {
  const { slug, items, query, nextCursor } = part
  const [app, people, used] = COLUMNS
  return (
    <section>
      <h2>Apps</h2>
      <SearchForm part={part} />
      {items.length === 0 ? (
        <p class="detail">{isFiltered(query) ? 'No app matches.' : 'No app reaches this organization.'}</p>
      ) : (
        <Scrollable label="Apps that reach this organization">
          <table class="list">
            <thead>
              <tr>
                <SortHeading column={app} part={part} />
                <th scope="col">State</th>
                <SortHeading column={people} part={part} />
                <th scope="col">Scopes used in 90 days</th>
                <SortHeading column={used} part={part} />
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <Row item={item} slug={slug} />
              ))}
            </tbody>
          </table>
        </Scrollable>
      )}
      <p class="inline">
        {nextCursor && <a href={address(part, query.sort, nextCursor)}>More apps</a>}
        <a href={pathTo(SITE.organization.inventory, slug)}>Export as CSV</a>
      </p>
    </section>
  )
}

function SearchForm({ part: { slug, query } }: { part: InventoryPart }) {
  return (
    <form method="get" action={pathTo(SITE.organization.overview, slug)} class="inline search">
      <div>
        <label for="q">Name or publisher</label>
        <input type="search" id="q" name="q" value={query.q ?? ''} />
      </div>
      <div>
        <label for="state">State</label>
        <select id="state" name="state">
          {['', ...INVENTORY_STATES].map((state) => (
            <option value={state} selected={state === (query.state ?? '')}>
              {state === 'ended' ? 'approval ended' : state || 'any'}
            </option>
          ))}
        </select>
      </div>
      <input type="hidden" name="sort" value={query.sort} />
      <button type="submit">Search</button>
    </form>
  )
}

function SortHeading({ column, part }: { column: (typeof COLUMNS)[number]; part: InventoryPart }) {
  const { sort } = part.query
  const direction = sort === column.up ? 'ascending' : sort === column.down ? 'descending' : undefined
  const next = sort === column.down || (direction === undefined && column.up === 'name') ? column.up : column.down
  return (
    <th scope="col" aria-sort={direction ?? 'none'}>
      <a href={address(part, next, null)}>{column.title}</a>
    </th>
  )
}

function address({ slug, query }: InventoryPart, sort: InventorySort, cursor: string | null): string {
  const { q, state } = query
  const parameters = { sort, ...(q && { q }), ...(state && { state }), ...(cursor && { cursor }) }
  return `${pathTo(SITE.organization.overview, slug)}?${new URLSearchParams(parameters)}`
}

function isFiltered({ q, state }: InventoryFilter): boolean {
  return Boolean(q) || state !== undefined
}

function Row({ item, slug }: { item: InventoryItem; slug: string | null }) {
  return (
    <tr>
      <td>
        <span class="app-name">
          {item.logoHash && <img src={logoPath(item.logoHash)} alt="" width="24" height="24" />}
          <a href={pathTo(SITE.organization.app, slug, item.clientId)}>{item.clientName}</a>
        </span>
        <Publisher item={item} />
      </td>
      <td>
        <StateTag item={item} />
        {item.waitingScopes.length > 0 && <span class="detail">asks for more: {item.waitingScopes.join(' ')}</span>}
      </td>
      <td>{item.people}</td>
      <td>
        <ScopesUsed item={item} />
      </td>
      <td>
        <Time at={item.lastUsedAt} />
      </td>
    </tr>
  )
}

function Publisher({ item: { firstParty, own, publisherDomain } }: { item: InventoryItem }) {
  if (firstParty) return <span class="detail">An app of this service itself</span>
  if (own) return <span class="detail">An app of this organization</span>
  if (publisherDomain) return <span class="detail publisher verified">{publisherDomain}</span>
  return <span class="detail publisher unverified">publisher not verified</span>
}

function usesOf(scopes: InventoryItem['scopes']): string {
  const used = scopes.filter(({ use }) => use === 'used').length
  const reported = scopes.some(({ use }) => use !== 'unreported')
  return reported ? `${used} of ${scopes.length}` : `${scopes.length}, use not reported`
}

/** Over-permission at a glance: what it may do and does not. */
function ScopesUsed({ item: { scopes } }: { item: InventoryItem }) {
  if (scopes.length === 0) return <>none</>
  const held = scopes.filter(({ inEffect }) => !inEffect).length
  return (
    <>
      {usesOf(scopes)}
      {held > 0 && <span class="detail">{held} of them not in effect</span>}
    </>
  )
}
