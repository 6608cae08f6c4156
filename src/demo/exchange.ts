/** One HTTP exchange as it was really sent, with its secrets shortened. */
export interface Exchange {
  request: string
  status: number
  response: string
}

const SHOWN_CHARACTERS = 8
const SECRET_NAMES = 'access_token|refresh_token|token|code|code_verifier|code_challenge|state'

/** Sends a request and keeps a readable copy of it and of its answer. */
export async function sendRecorded(request: Request, exchanges: Exchange[]): Promise<Response> {
  const copy = request.clone()
  const response = await fetch(request)
  exchanges.push(await describe(copy, response.clone()))
  return response
}

async function describe(request: Request, response: Response): Promise<Exchange> {
  const url = new URL(request.url)
  const authorization = request.headers.get('Authorization')
  const body = await request.text()
  const lines = [
    `${request.method} ${url.pathname}${url.search}`,
    `Host: ${url.host}`,
    ...(authorization ? [`Authorization: ${authorization.replace(/\S+$/, (secret) => shorten(secret))}`] : []),
    ...(body ? ['', readableForm(body)] : []),
  ]
  return { request: hideSecrets(lines.join('\n')), status: response.status, response: await readableBody(response) }
}

function readableForm(body: string): string {
  return [...new URLSearchParams(body)].map(([name, value]) => `${name}=${value}`).join('\n&')
}

async function readableBody(response: Response): Promise<string> {
  const text = await response.text()
  const challenge = response.headers.get('WWW-Authenticate')
  const isJson = response.headers.get('Content-Type')?.includes('json') ?? false
  const shown = isJson && text ? JSON.stringify(JSON.parse(text), null, 2) : text
  return hideSecrets(challenge ? `WWW-Authenticate: ${challenge}\n\n${shown}` : shown)
}

/** As parameters (`code=…`) and as JSON members (`"code": "…"`). */
export function hideSecrets(text: string): string {
  const parameter = new RegExp(`\\b(${SECRET_NAMES})=([^&\\s]+)`, 'g')
  const member = new RegExp(`"(${SECRET_NAMES})": "([^"]+)"`, 'g')
  return text
    .replace(parameter, (_match, name, value) => `${name}=${shorten(value)}`)
    .replace(member, (_match, name, value) => `"${name}": "${shorten(value)}"`)
}

/** Enough to recognise it on the page, too little to use it. */
export function shorten(secret: string): string {
  return secret.length > SHOWN_CHARACTERS
    ? `${secret.slice(0, SHOWN_CHARACTERS)}… (${secret.length} characters)`
    : secret
}
