import { createHash, randomBytes } from 'node:crypto'
import { Browser, type Page, signIn } from './browser.ts'
import { DEMO_APP } from './seed.ts'

export interface Pkce {
  verifier: string
  challenge: string
}

export interface Client {
  clientId: string
  redirectUri: string
  /** Left out: a public client. */
  clientSecret?: string
}

/** What the token endpoint answered. */
export interface TokenAnswer {
  status: number
  access_token?: string
  refresh_token?: string
  scope?: string
  error?: string
}

export function demoClient(origin: string): Client {
  return { clientId: DEMO_APP.clientId, redirectUri: origin + DEMO_APP.redirectPath }
}

export function makePkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

export function authorizePath({ clientId, redirectUri }: Client, { challenge }: Pkce, scope?: string): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'test-state',
    ...(scope && { scope }),
  })
  return `/authorize?${query}`
}

/** A browser of a person who signed in, over HTTP. */
export async function signInOver(origin: string, email: string): Promise<Browser> {
  const browser = new Browser((request) => fetch(request), origin)
  await signIn(browser, email)
  return browser
}

/** The fields that a person sends who gives access to every organization on the page. */
export function allowFields(consentPage: Page): Record<string, string | string[]> {
  const boxes = [...consentPage.html.matchAll(/<input\b[^>]*\bname="organization"[^>]*>/g)].map(([tag]) => tag)
  const open = boxes.filter((tag) => !/\bdisabled\b/.test(tag))
  const organization = open.map((tag) => /\bvalue="([^"]+)"/.exec(tag)?.[1] ?? '')
  return { decision: 'allow', organization }
}

export function codeOf(location: string | null): string {
  const code = location && new URL(location).searchParams.get('code')
  if (!code) throw new Error('the redirect carries no code')
  return code
}

/** Authorizes a client: a code and the verifier that redeems it. */
export async function authorize(browser: Browser, client: Client, scope?: string) {
  const pkce = makePkce()
  const page = await browser.get(authorizePath(client, pkce, scope))
  const answer = page.location ? page : await browser.submit(page, allowFields(page))
  return { code: codeOf(answer.location), verifier: pkce.verifier }
}

export function exchangeForm(client: Client, { code, verifier }: { code: string; verifier: string }): URLSearchParams {
  return tokenForm(client, {
    grant_type: 'authorization_code',
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
    code,
  })
}

export function refreshForm(client: Client, refreshToken: string): URLSearchParams {
  return tokenForm(client, { grant_type: 'refresh_token', refresh_token: refreshToken })
}

function tokenForm({ clientId, clientSecret }: Client, fields: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ ...fields, client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) })
}

export function postToken(
  origin: string,
  form: URLSearchParams,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  return postForm(`${origin}/token`, form, headers)
}

export function revokeOver(origin: string, client: Client, token: string): Promise<TokenAnswer> {
  return postForm(`${origin}/revoke`, tokenForm(client, { token }))
}

export async function postForm(
  url: string,
  form: URLSearchParams,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const response = await fetch(url, { method: 'POST', headers, body: form })
  return { status: response.status, ...((await response.json()) as object) }
}

export async function introspect(origin: string, caller: { id: string; secret: string }, token: string) {
  const headers = { Authorization: `Basic ${btoa(`${caller.id}:${caller.secret}`)}` }
  const body = new URLSearchParams({ token })
  const response = await fetch(`${origin}/introspect`, { method: 'POST', headers, body })
  return (await response.json()) as { active: boolean }
}
