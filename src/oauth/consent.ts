import type { Context } from 'hono'
import { signInPath } from '../accounts/return-to.ts'
import type { Session } from '../accounts/sessions.ts'
import { lostDomain } from '../apps/publisher.ts'
import { findPublisherCheck } from '../apps/publisher-store.ts'
import { isLoopbackRedirect } from '../apps/redirect-uri.ts'
import type { AppEnv } from '../env.ts'
import { refusalOf } from '../grants/effective-access.ts'
import { currentTime } from '../lib/clock.ts'
import { listDeciders } from '../organizations/deciders-store.ts'
import type { Membership } from '../organizations/organization.ts'
import { listMemberships } from '../organizations/organizations-store.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { type ConsentChoice, type ConsentOrganization, type ConsentProblem, consentPage } from './consent-page.tsx'
import { beginConsent } from './consent-transaction.ts'
import { ENDPOINTS } from './endpoints.ts'

const DECIDERS_SHOWN = 3

/** What a consent page says that is shown again: what was ticked stays ticked. */
export interface ConsentState {
  chosen?: ConsentChoice
  problem?: ConsentProblem
  notice?: string
}

/** The consent page, bound to this browser and this session. */
export async function showConsent(
  c: Context<AppEnv>,
  request: AuthorizationRequest,
  session: Session,
  search: string,
  { chosen, problem, notice }: ConsentState = {},
): Promise<Response> {
  const { handle, headers } = await beginConsent(c, request, { search, sessionHash: session.idHash })
  const { app, scopes, target } = request
  const [organizations, lostPublisher] = await Promise.all([
    needsOrganization(request) ? listOrganizations(c, request, session, search) : [],
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
    search,
    chosen,
    problem,
    notice,
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
  { app, context }: AuthorizationRequest,
  session: Session,
  search: string,
): Promise<ConsentOrganization[]> {
  const memberships = await listMemberships(c.env.DB, session.accountId)
  const now = currentTime()
  const refusals = new Map(memberships.map(({ organizationId: id }) => [id, refusalOf(id, context.circumstances, now)]))
  const refusing = memberships.filter(({ organizationId: id, personal }) => !personal && refusals.get(id))
  const deciders = await findDeciders(c, refusing)
  return memberships.map(({ organizationId: id, name, slug, personal }) => ({
    id,
    name,
    personal,
    refusal: refusals.get(id),
    deciders: deciders.get(id) ?? [],
    askHref: slug === null ? null : askPath(slug, app.clientId, search),
  }))
}

/** Read only where one refuses. */
async function findDeciders(c: Context<AppEnv>, refusing: readonly Membership[]): Promise<Map<string, string[]>> {
  if (refusing.length === 0) return new Map()
  const ids = refusing.map(({ organizationId }) => organizationId)
  return listDeciders(c.env.DB, ids, DECIDERS_SHOWN)
}

/** The authorization in progress can be gone back to from there. */
function askPath(slug: string, clientId: string, search: string): string {
  const returnTo = ENDPOINTS.authorization.path + search
  return `/organizations/${slug}/requests/new?${new URLSearchParams({ client_id: clientId, return_to: returnTo })}`
}

/** The same request again, as somebody else. */
export function switchAccountPath(search: string): string {
  return signInPath('/sign-in', { returnTo: ENDPOINTS.authorization.path + search, switchAccount: true })
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
