import type { FoundOperation, Schema } from './schema.ts'

/** One request, ready to paste where `TOKEN` holds an access token. */
export function curlExample(
  { method, path, operation }: FoundOperation,
  body: Schema | undefined,
  issuer: string,
): string {
  const address = issuer + path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(exampleOf(operation, name)))
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name }) => `${name}=${encodeURIComponent(exampleOf(operation, name))}`)
  const isImplied = method === (body ? 'POST' : 'GET')
  return [
    'curl -s',
    ...(isImplied ? [] : [`-X ${method}`]),
    '-H "Authorization: Bearer $TOKEN"',
    ...(body ? [`--json ${shellQuoted(JSON.stringify(exampleBody(body)))}`] : []),
    shellQuoted([address, ...query].join('?')),
  ].join(' \\\n  ')
}

function exampleOf({ parameters }: FoundOperation['operation'], name: string): string {
  return String(parameters.find((parameter) => parameter.name === name)?.schema.example ?? name.toUpperCase())
}

/** What must be there; where nothing must, the first field that has an example. */
function exampleBody({ properties, required }: Schema): Record<string, unknown> {
  const examples = Object.entries(properties).filter(([, { example }]) => example !== undefined)
  const needed = examples.filter(([name]) => required.includes(name))
  const shown = needed.length > 0 ? needed : examples.slice(0, 1)
  return Object.fromEntries(shown.map(([name, { example }]) => [name, example]))
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
