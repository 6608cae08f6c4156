import type { App } from './app.ts'
import { findImitationProblem, type ProtectedNames } from './name-imitation.ts'
import { findRedirectUriProblem } from './redirect-uri-rules.ts'
import { type AppSettings, isPublic, type Setting, type SettingProblem } from './settings.ts'
import { findVisibilityProblems } from './visibility.ts'

/** A code that comes back to one of our own pages would be read by nobody, or by the wrong one. */
const OWN_ORIGIN = 'A redirect URI is a place of the app, not of this service itself.'

interface Surroundings {
  issuer: string
  /** Names of the scopes in the catalogue. */
  scopes: ReadonlySet<string>
  /** The app as it is, when it is being changed. */
  current?: App | undefined
  /** Accounts outside the owning organization that have connected it. */
  outsideAccounts: number
  protectedNames: ProtectedNames
}

/** The rules between settings, and against what exists. Each value on its own was parsed at the edge. */
export function findSettingProblems(settings: AppSettings, surroundings: Surroundings): SettingProblem[] {
  return [
    ...redirectUriProblems(settings, surroundings),
    ...grantTypeProblems(settings),
    ...scopeProblems(settings, surroundings),
    ...authMethodProblems(settings, surroundings),
    ...nameProblems(settings, surroundings),
    ...findVisibilityProblems(settings, surroundings),
  ]
}

function redirectUriProblems(settings: AppSettings, { issuer, current }: Surroundings): SettingProblem[] {
  const publicClient = settings.tokenEndpointAuthMethod === 'none'
  return problemsOfItems('redirectUris', settings.redirectUris, (uri) => {
    const problem = findRedirectUriProblem(uri, { publicClient })
    // What is seeded for development stays registered.
    const isNew = !current?.redirectUris.includes(uri)
    return problem ?? (isNew && new URL(uri).origin === issuer ? OWN_ORIGIN : undefined)
  })
}

function grantTypeProblems({ grantTypes }: AppSettings): SettingProblem[] {
  const problems = problemsOfItems('grantTypes', grantTypes, () => undefined)
  if (grantTypes.includes('authorization_code')) return problems
  return [...problems, { setting: 'grantTypes', detail: 'authorization_code is needed: people grant access with it.' }]
}

function scopeProblems(settings: AppSettings, { scopes, current }: Surroundings): SettingProblem[] {
  // A scope that left the catalogue stays registered, so that an old app can still change its name.
  const isKnown = (scope: string) =>
    scopes.has(scope) || current?.scopes.includes(scope) || current?.optionalScopes.includes(scope)
  const unknown = (scope: string) => (isKnown(scope) ? undefined : 'There is no such scope; see GET /api/v1/scopes.')
  return [
    ...problemsOfItems('scopes', settings.scopes, unknown),
    ...problemsOfItems('optionalScopes', settings.optionalScopes, (scope) =>
      settings.scopes.includes(scope) ? 'The scope is already among the required ones.' : unknown(scope),
    ),
  ]
}

function authMethodProblems({ tokenEndpointAuthMethod }: AppSettings, { current }: Surroundings): SettingProblem[] {
  if (!current || isPublic(current) === (tokenEndpointAuthMethod === 'none')) return []
  // Its living grants follow the rules of the other kind: rotation for public apps, none for confidential ones.
  const detail = 'A public app cannot become confidential, nor the reverse: register another app.'
  return [{ setting: 'tokenEndpointAuthMethod', detail }]
}

/** A name is judged when it is chosen, and when the app is to be seen by everybody. */
function nameProblems(
  { clientName, visibility }: AppSettings,
  { current, protectedNames }: Surroundings,
): SettingProblem[] {
  if (current?.clientName === clientName && current.visibility === visibility) return []
  const detail = findImitationProblem(clientName, protectedNames)
  return detail ? [{ setting: 'clientName', detail }] : []
}

function problemsOfItems<Item extends string>(
  setting: Setting,
  items: readonly Item[],
  findProblem: (item: Item) => string | undefined,
): SettingProblem[] {
  return items.flatMap((item, index) => {
    const detail = items.indexOf(item) < index ? 'This is listed twice.' : findProblem(item)
    return detail ? [{ setting, index, detail }] : []
  })
}
