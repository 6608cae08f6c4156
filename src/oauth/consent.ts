import type { Context } from 'hono'
import type { Session } from '../accounts/sessions.ts'
import { lostDomain } from '../apps/publisher.ts'
import { findPublisherCheck } from '../apps/publisher-store.ts'
import { isLoopbackRedirect } from '../apps/redirect-uri.ts'
import type { AppEnv } from '../env.ts'
import { refusalOf } from '../grants/present.ts'
import { currentTime } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { listMemberships } from '../organizations/organizations-store.ts'
import { type ConsentOrganization, consentPage } from '../pages/consent.tsx'
import { signInPath } from '../pages/return-to.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { beginConsent } from './consent-transaction.ts'
import { ENDPOINTS } from './endpoints.ts'

/** The consent page, bound to this browser and this session. */
export async function showConsent(
  c: Context<AppEnv>,
  request: AuthorizationRequest,
  session: Session,
  search: string,
  problem?: string,
): Promise<Response> {
  const { handle, headers } = await beginConsent(c, request, { search, sessionHash: session.idHash })
  const { app, scopes, target } = request
  const [organizations, lostPublisher] = await Promise.all([
    needsOrganization(request) ? listOrganizations(c, request, session) : [],
    findLost(c, request),
  ])
  const response = await consentPage(c, {
    app,
    lostPublisher,
    email: session.email,
    formToken: session.formToken,
    handle,
    required: scopes.filter((scope) => app.scopes.includes(scope.name)),
    optional: scopes.filter((scope) => !app.scopes.includes(scope.name)),
    organizations,
    destination: destinationOf(target.redirectUri),
    loopback: isLoopbackRedirect(target.redirectUri),
    switchHref: switchAccountPath(search),
    problem,
  })
  for (const cookie of headers.getSetCookie()) response.headers.append('Set-Cookie', cookie)
  return response
}

export function needsOrganization({ scopes }: AuthorizationRequest): boolean {
  return scopes.some((scope) => scope.target === 'organization')
}

/** All of them, also those that refuse the app: the person sees why, and whom to ask. */
async function listOrganizations(
  c: Context<AppEnv>,
  { context }: AuthorizationRequest,
  session: Session,
): Promise<ConsentOrganization[]> {
  const memberships = await reach('D1', () => listMemberships(c.env.DB, session.accountId))
  const now = currentTime()
  return memberships.map(({ organizationId, name, personal }) => ({
    id: organizationId,
    name,
    personal,
    refusal: refusalOf(organizationId, context.present, now),
  }))
}

/** The same request again, as somebody else. */
export function switchAccountPath(search: string): string {
  return signInPath('/sign-in', { returnTo: ENDPOINTS.authorization_endpoint + search, switchAccount: true })
}

/** Read only for the apps whose mark could be missing. */
async function findLost(c: Context<AppEnv>, { app }: AuthorizationRequest): Promise<string | null> {
  if (app.firstParty || app.publisherDomain !== null) return null
  return lostDomain(await findPublisherCheck(c.env.DB, app.clientId))
}

/** The host for a web address; the whole address of an app's own scheme, which has none. */
export function destinationOf(redirectUri: string): string {
  return new URL(redirectUri).host || redirectUri
}
