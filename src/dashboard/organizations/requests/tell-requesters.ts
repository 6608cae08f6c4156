import { getMailer } from '../../../accounts/mail.ts'
import { allowMailOf } from '../../../accounts/mail-limits.ts'
import { findApp } from '../../../apps/apps-store.ts'
import { currentTime } from '../../../lib/clock.ts'
import { takeUntold } from '../../../organizations/access-requests-store.ts'
import { requireMembership } from '../../kit/access.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { answerMail } from './mails.ts'

/** After any decision about an app: those whose requests it answered are told, each once. */
export async function tellRequesters(context: ActionContext, organizationId: string, clientId: string): Promise<void> {
  const { env, caller } = context
  const told = await takeUntold(env.DB, { organizationId, clientId }, currentTime())
  if (told.length === 0) return
  const appName = (await findApp(env.DB, clientId, { deleted: true }))?.clientName ?? clientId
  const { name: organizationName } = requireMembership(caller, organizationId)
  const mails = told.map(async (answer) => {
    const allowance = await allowMailOf(env, caller.accountId, answer.email, currentTime())
    return allowance.ok ? [answerMail(allowance.to, answer, { appName, organizationName })] : []
  })
  // Whoever gets no mail sees the answer on the page of their requests.
  await getMailer(context)('an answer to a request', (await Promise.all(mails)).flat())
}
