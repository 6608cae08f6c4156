import { getMailer } from '../../accounts/mail.ts'
import { allowMailOf } from '../../accounts/mail-limits.ts'
import type { App } from '../../apps/app.ts'
import { currentTime } from '../../lib/clock.ts'
import { MAX_ASKED } from '../../organizations/access-request.ts'
import { listDeciders } from '../../organizations/deciders-store.ts'
import { takeWaitingScopes } from '../../organizations/waiting-scopes-store.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import { waitingScopesMail } from './waiting-scopes-mail.ts'

/** What an app registered beyond an approval is for the administrators of each organization to decide. */
export async function tellOfWaitingScopes(context: ActionContext, { clientId, clientName }: App): Promise<void> {
  const { env, config, caller } = context
  const waiting = await takeWaitingScopes(env.DB, clientId)
  if (waiting.length === 0) return
  const organizationIds = waiting.map(({ organizationId }) => organizationId)
  const deciders = await listDeciders(env.DB, organizationIds, MAX_ASKED)
  const now = currentTime()
  const mails = waiting.flatMap(({ organizationId, organizationName, slug, scopes }) => {
    const href = `${config.issuer}${pathTo(SITE.organization.app, slug, clientId)}`
    const view = { appName: clientName, organizationName, scopes, href }
    return (deciders.get(organizationId) ?? []).map(async (email) => {
      const allowance = await allowMailOf(env, caller.accountId, email, now)
      return allowance.ok ? [waitingScopesMail(allowance.to, view)] : []
    })
  })
  // Whoever gets no mail sees it on the page of the app.
  await getMailer(context)('news of an app', (await Promise.all(mails)).flat())
}
