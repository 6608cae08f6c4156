import { getMailer } from '../../../accounts/mail.ts'
import { allowMailOf } from '../../../accounts/mail-limits.ts'
import { type Bindings, readConfig } from '../../../env.ts'
import { currentTime } from '../../../lib/clock.ts'
import { listAdministrators } from '../../../organizations/deciders-store.ts'
import { findOrganizations } from '../../../organizations/organizations-store.ts'
import type { DisabledWebhook } from '../../../webhooks/finish-attempt.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { disabledWebhookMail } from './disabled-mail.ts'

const MAX_TOLD = 10

/** That a webhook switched itself off is for those who may switch it on again. */
export async function tellOfDisabledWebhook(
  env: Bindings,
  waitUntil: (work: Promise<unknown>) => void,
  { id, organizationId, host }: DisabledWebhook,
): Promise<void> {
  const config = readConfig(env)
  const [organization] = await findOrganizations(env.DB, [organizationId])
  if (!organization) return
  const people = await listAdministrators(env.DB, 'manage-webhooks', [organizationId], MAX_TOLD)
  const href = `${config.issuer}${pathTo(SITE.webhook.overview, organization.slug, id)}`
  const view = { host, organizationName: organization.name, href }
  const now = currentTime()
  const mails = (people.get(organizationId) ?? []).map(async (email) => {
    const allowance = await allowMailOf(env, id, email, now)
    return allowance.ok ? [disabledWebhookMail(allowance.to, view)] : []
  })
  await getMailer({ env, config, waitUntil })('news of a webhook', (await Promise.all(mails)).flat())
}
