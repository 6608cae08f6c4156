import type { Connection, WireRequest, WireResponse } from './connection.ts'

/** What one virtual client does; each kind says what counts as one operation. */
export type Unit =
  /** One operation per request. */
  | { kind: 'repeat'; request: WireRequest; times: number }
  /** One operation per refresh; each uses the token that the one before answered. */
  | { kind: 'refresh'; path: string; form: string; refreshToken: string; times: number }
  /** One operation in all: consent page, answer, exchange. */
  | { kind: 'flow'; page: WireRequest; answer: WireRequest; exchange: WireRequest }

export type UnitOf<Kind extends Unit['kind']> = Extract<Unit, { kind: Kind }>

export interface UnitResult {
  latenciesMs: number[]
  /** The refresh token that works next, or the last body. */
  carried: string
}

/** Runs a unit over one connection. Any answer but success ends the bench: a refusal is fast and would flatter. */
export function runUnit(connection: Connection, unit: Unit): Promise<UnitResult> {
  if (unit.kind === 'repeat') return repeat(connection, unit)
  if (unit.kind === 'refresh') return refresh(connection, unit)
  return flow(connection, unit)
}

async function repeat(connection: Connection, { request, times }: UnitOf<'repeat'>): Promise<UnitResult> {
  const result: UnitResult = { latenciesMs: [], carried: '' }
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    const { body, head } = await send(connection, request)
    result.latenciesMs.push(performance.now() - start)
    result.carried = body || head
  }
  return result
}

async function refresh(connection: Connection, unit: UnitOf<'refresh'>): Promise<UnitResult> {
  const result: UnitResult = { latenciesMs: [], carried: unit.refreshToken }
  for (let i = 0; i < unit.times; i++) {
    const body = `${unit.form}&refresh_token=${result.carried}`
    const start = performance.now()
    const answer = await send(connection, { method: 'POST', path: unit.path, body })
    result.latenciesMs.push(performance.now() - start)
    result.carried = /"refresh_token":"([^"]+)"/.exec(answer.body)?.[1] ?? result.carried
  }
  return result
}

async function flow(connection: Connection, { page, answer, exchange }: UnitOf<'flow'>): Promise<UnitResult> {
  const start = performance.now()
  const shown = await send(connection, page)
  const answered = await send(connection, {
    ...answer,
    headers: { ...answer.headers, Cookie: cookies(page, shown) },
    body: `${answer.body ?? ''}&${hiddenFields(shown.body)}`,
  })
  const code = /^location: \S*[?&]code=([^&\s]+)/im.exec(answered.head)?.[1] ?? ''
  const { body } = await send(connection, { ...exchange, body: `${exchange.body ?? ''}&code=${code}` })
  return { latenciesMs: [performance.now() - start], carried: body }
}

async function send(connection: Connection, request: WireRequest): Promise<WireResponse> {
  const response = await connection.request(request)
  if (response.status < 400) return response
  const path = request.path.split('?')[0]
  const error = /"error":"(\w+)"/.exec(response.body)?.[1] ?? ''
  throw new Error(`${request.method} ${path} answered ${response.status} ${error}`)
}

function cookies(page: WireRequest, shown: WireResponse): string {
  const set = [...shown.head.matchAll(/^set-cookie: ([^;\r\n]+)/gim)].map(([, cookie]) => cookie)
  return [page.headers?.Cookie, ...set].filter(Boolean).join('; ')
}

function hiddenFields(html: string): string {
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return fields.map(([, name, value = '']) => `${name}=${encodeURIComponent(value)}`).join('&')
}
