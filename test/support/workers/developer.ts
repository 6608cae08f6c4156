import { createExecutionContext } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { app } from '../../../src/app.ts'
import type { Bindings } from '../../../src/env.ts'
import { currentTime } from '../../../src/lib/clock.ts'
import { randomId } from '../../../src/lib/random.ts'
import type { Role } from '../../../src/organizations/organization.ts'
import { Browser, signIn } from '../browser.ts'

export const ORIGIN = 'http://localhost:8787'

/** What the dashboard API may answer: tests know what they asked for. */
export interface ApiBody {
  client_id: string
  client_secret: string
  organization_id: string
  id: string
  redirect_uris: string[]
  updated_at: number
  last_used_at: number | null
  items: ApiBody[]
  next_cursor: string | null
  type: string
  detail: string
  errors: { pointer: string; detail: string }[]
}

export interface Answer {
  status: number
  headers: Headers
  body: ApiBody
}

/** Somebody who signed in through the pages and uses the dashboard API as our own scripts do. */
export class Developer {
  readonly browser: Browser
  readonly accountId: string

  private constructor(browser: Browser, accountId: string) {
    this.browser = browser
    this.accountId = accountId
  }

  /** `variables` replace those of the deployment, for this person alone. */
  static async signIn(
    email = `${randomId('dev').toLowerCase()}@example.com`,
    variables?: Partial<Bindings>,
  ): Promise<Developer> {
    const fetch = variables
      ? async (request: Request) => app.fetch(request, { ...env, ...variables }, createExecutionContext())
      : (request: Request) => exports.default.fetch(request)
    const browser = new Browser(fetch, ORIGIN)
    await signIn(browser, email)
    const accountId = await env.DB.prepare('SELECT id FROM accounts WHERE email = ?').bind(email).first<string>('id')
    if (!accountId) throw new Error('the sign-in made no account')
    return new Developer(browser, accountId)
  }

  /** By session, same origin, JSON; `headers` replace those, and null leaves one out. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string | null> = {},
  ): Promise<Answer> {
    const usual = { ...(method !== 'GET' && { Origin: ORIGIN }), 'Content-Type': 'application/json' }
    const kept = Object.entries({ ...usual, ...headers }).filter((header): header is [string, string] => !!header[1])
    const content = typeof body === 'string' ? body : JSON.stringify(body)
    return readAnswer(
      await this.browser.fetch(path, { method, headers: kept, ...(body !== undefined && { body: content }) }),
    )
  }

  async registerApp(fields: object = {}): Promise<ApiBody> {
    const answer = await this.call('POST', '/api/v1/apps', anApp(fields))
    if (answer.status !== 201) throw new Error(`registering an app answered ${answer.status}`)
    return answer.body
  }

  /** Makes the person a member of an organization; without one, of a new one. */
  async join(role: Role, organizationId = randomId('org')): Promise<string> {
    const now = currentTime()
    await env.DB.batch([
      env.DB.prepare('INSERT OR IGNORE INTO organizations (id, name, created_at) VALUES (?, ?, ?)').bind(
        organizationId,
        'Acme',
        now,
      ),
      env.DB.prepare('INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, ?, ?)').bind(
        organizationId,
        this.accountId,
        role,
        now,
      ),
    ])
    return organizationId
  }
}

export function anApp(fields: object = {}) {
  return { client_name: 'Release notes', redirect_uris: ['https://app.example.com/callback'], ...fields }
}

/** A request by nobody: no cookie, no token. */
export async function callAnonymously(path: string, init: RequestInit = {}): Promise<Answer> {
  return readAnswer(await exports.default.fetch(new Request(new URL(path, ORIGIN), init)))
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = new TextDecoder().decode(await response.arrayBuffer())
  const isJson = /^application\/(problem\+)?json\b/.test(response.headers.get('Content-Type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : {} }
}
