import type { Scope } from '../../catalog/catalog.ts'

interface ScopePickerProps {
  catalogue: readonly Scope[]
  chosen: Readonly<Record<string, 'required' | 'optional'>>
}

/** By resource and thing, with what can be done to it side by side. Scripts add a search above. */
export function ScopePicker({ catalogue, chosen }: ScopePickerProps) {
  const resources = Map.groupBy(catalogue, ({ resource }) => resource)
  return (
    <div class="scope-picker" data-search="Search scopes">
      {[...resources].map(([resource, scopes]) => (
        <section>
          <h3 class="code">{resource}</h3>
          {[...Map.groupBy(scopes, thingOf)].map(([thing, actions]) => (
            <div class="thing" data-search-text={searchText(actions)}>
              {actions.length > 1 && <span class="visually-hidden">{thing}</span>}
              {actions.map((scope) => (
                <ScopeChoice scope={scope} chosen={chosen[scope.name]} />
              ))}
            </div>
          ))}
        </section>
      ))}
    </div>
  )
}

function ScopeChoice({ scope, chosen }: { scope: Scope; chosen: 'required' | 'optional' | undefined }) {
  const id = `scope-${scope.name}`
  return (
    <div class="scope-choice">
      <label for={id}>
        <strong>{scope.title}</strong> {scope.sensitive && <span class="tag warn">sensitive</span>}
        <span class="detail">
          <code>{scope.name}</code> {scope.description}
        </span>
      </label>
      <select id={id} name={`scope:${scope.name}`}>
        <option value="">Not needed</option>
        <option value="required" selected={chosen === 'required'}>
          Required
        </option>
        <option value="optional" selected={chosen === 'optional'}>
          Optional: people may leave it out
        </option>
      </select>
    </div>
  )
}

function thingOf({ name }: Scope): string {
  return name.split(':')[0] ?? name
}

function searchText(scopes: readonly Scope[]): string {
  return scopes
    .map(({ name, title, description }) => `${name} ${title} ${description}`)
    .join(' ')
    .toLowerCase()
}
