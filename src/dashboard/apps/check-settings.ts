import type { App } from '../../apps/app.ts'
import { fetchLogo, type Logo } from '../../apps/logo.ts'
import { deploymentNames } from '../../apps/name-imitation.ts'
import { countOutsideAccounts } from '../../apps/outside-accounts-store.ts'
import { listProtectedNames } from '../../apps/protected-names-store.ts'
import { findSettingProblems } from '../../apps/setting-rules.ts'
import type { AppSettings } from '../../apps/settings.ts'
import { listOfferedScopes } from '../../catalog/catalog-store.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { checkFetch } from '../kit/bounds.ts'
import { invalidFields } from '../kit/field-errors.ts'
import { toFieldError } from './wire.ts'

interface WantedSettings {
  organizationId: string
  settings: AppSettings
  /** The app as it is, when it is being changed. */
  current?: App
}

/** Refuses settings that break a rule. What is fetched for them comes last, and is answered: the picture of a new logo. */
export async function checkSettings(context: ActionContext, wanted: WantedSettings): Promise<Logo | undefined> {
  const { env, config } = context
  const { settings, current } = wanted
  const [offered, outsideAccounts, apps] = await Promise.all([
    listOfferedScopes(env.DB, config.issuer, current),
    current && becomesPrivate(settings, current) ? countOutsideAccounts(env.DB, current.clientId) : 0,
    listProtectedNames(env.DB, {
      organizationId: wanted.organizationId,
      publicToo: settings.visibility === 'public',
    }),
  ])
  const scopes = new Set(offered.map(({ name }) => name))
  const protectedNames = { deployment: deploymentNames(config.issuer), apps }
  const found = findSettingProblems(settings, {
    issuer: config.issuer,
    scopes,
    current,
    outsideAccounts,
    protectedNames,
  })
  if (found.length > 0) throw invalidFields(found.map(toFieldError))
  return fetchNewLogo(context, settings, current)
}

function becomesPrivate({ visibility }: AppSettings, current: App): boolean {
  return visibility === 'private' && current.visibility === 'public'
}

/** Once for each address; another picture at the same one is not looked for. */
async function fetchNewLogo(
  context: ActionContext,
  { logoUri }: AppSettings,
  current?: App,
): Promise<Logo | undefined> {
  const known = current?.logoUri === logoUri && current.logoHash !== null
  if (logoUri === null || known) return undefined
  await checkFetch(context)
  const fetched = await fetchLogo(context.config, logoUri)
  if (!fetched.ok) throw invalidFields([toFieldError({ setting: 'logoUri', detail: fetched.reason })])
  return fetched.logo
}
