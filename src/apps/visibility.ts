import type { App } from './app.ts'
import { homepageHost } from './publisher.ts'
import type { AppSettings, Setting, SettingProblem } from './settings.ts'

/** With so many, taking an app away from its people is no longer a decision of its developer alone. */
const MAX_OUTSIDE_ACCOUNTS_OF_PRIVATE = 10

interface Requirement {
  /** What the developer took away, when it is lost. */
  setting: Setting
  isMet: (settings: AppSettings, publisherDomain: string | null) => boolean
  says: string
}

/** What every public app has besides its name. A logo that is set was fetched: one that is refused is no setting. */
const REQUIREMENTS: readonly Requirement[] = [
  { setting: 'logoUri', isMet: ({ logoUri }) => logoUri !== null, says: 'A public app has a logo (logo_uri).' },
  {
    setting: 'clientUri',
    isMet: ({ clientUri }) => clientUri !== null,
    says: 'A public app has a homepage (client_uri).',
  },
  {
    setting: 'scopes',
    isMet: ({ scopes, optionalScopes }) => scopes.length + optionalScopes.length > 0,
    says: 'A public app has at least one scope.',
  },
]

/** A domain may change hands while the app is public, which nobody here did: then people are warned instead. */
const VERIFIED_PUBLISHER: Requirement = {
  setting: 'visibility',
  isMet: (settings, publisherDomain) => publisherDomain !== null && publisherDomain === homepageHost(settings),
  says: 'A public app has a verified publisher: verify the host of the homepage by its TXT record.',
}

/** What an app lacks to be public, each in a sentence. */
export function listMissingForPublic(settings: AppSettings, publisherDomain: string | null): string[] {
  return [...REQUIREMENTS, VERIFIED_PUBLISHER]
    .filter(({ isMet }) => !isMet(settings, publisherDomain))
    .map(({ says }) => says)
}

interface VisibilitySurroundings {
  current?: App | undefined
  /** Accounts outside the owning organization that have connected the app. */
  outsideAccounts: number
}

export function findVisibilityProblems(
  settings: AppSettings,
  { current, outsideAccounts }: VisibilitySurroundings,
): SettingProblem[] {
  if (settings.visibility === 'private') return current?.visibility === 'public' ? tooManyOutside(outsideAccounts) : []
  if (current?.visibility === 'public') return lostRequirements(settings, current)
  const missing = listMissingForPublic(settings, current?.publisherDomain ?? null)
  return missing.map((detail) => ({ setting: 'visibility', detail }))
}

function tooManyOutside(outsideAccounts: number): SettingProblem[] {
  if (outsideAccounts < MAX_OUTSIDE_ACCOUNTS_OF_PRIVATE) return []
  const detail =
    `${outsideAccounts} accounts outside the organization have connected the app, and would lose it at once: going ` +
    `back to private is possible with fewer than ${MAX_OUTSIDE_ACCOUNTS_OF_PRIVATE}.`
  return [{ setting: 'visibility', detail }]
}

/** What the app lacked before does not stand in the way of changing something else. */
function lostRequirements(settings: AppSettings, current: App): SettingProblem[] {
  const lost = REQUIREMENTS.filter(({ isMet }) => isMet(current, null) && !isMet(settings, null)).map(
    ({ setting, says }) => ({ setting, detail: `${says} Make the app private first.` }),
  )
  return [...lost, ...movedWhilePublic(settings, current)]
}

/** Whoever has everybody's trust for one host does not take it to another. */
function movedWhilePublic(settings: AppSettings, current: App): SettingProblem[] {
  const host = homepageHost(settings)
  if (current.firstParty || host === null || host === homepageHost(current)) return []
  const detail =
    `A public app has a verified publisher, and ${host} is not verified: make the app private with the move ` +
    '("visibility": "private"), verify the new host, then make it public again.'
  return [{ setting: 'clientUri', detail }]
}
