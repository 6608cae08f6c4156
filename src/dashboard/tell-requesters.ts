import { getMailer } from '../accounts/mail.ts'
import { findApp } from '../apps/apps-store.ts'
import { currentTime } from '../lib/clock.ts'
import { takeUntold } from '../organizations/access-requests-store.ts'
import { answerMail } from '../pages/organizations/mails.ts'
import { requireMembership } from './access.ts'
import type { Asker } from './app-use-cases.ts'

/** After any decision about an app: those whose requests it answered are told, each once. */
export async function tellRequesters(asker: Asker, organizationId: string, clientId: string): Promise<void> {
  const { env, caller } = asker
  const told = await takeUntold(env.DB, { organizationId, clientId }, currentTime())
  if (told.length === 0) return
  const appName = (await findApp(env.DB, clientId, { deleted: true }))?.clientName ?? clientId
  const { name: organizationName } = requireMembership(caller, organizationId)
  await getMailer(asker)(
    'an answer to a request',
    told.map((answer) => answerMail(answer, { appName, organizationName })),
  )
}
