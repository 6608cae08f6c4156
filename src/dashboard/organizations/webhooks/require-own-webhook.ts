import type { Context } from 'hono'
import type { Webhook } from '../../../webhooks/webhook.ts'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import type { OwnOrganization } from '../actions.ts'
import type { OrganizationEnv } from '../require-own.ts'
import { getWebhook } from './actions.ts'

/** A webhook of an organization that the visitor is in. */
export interface OwnWebhook {
  own: OwnOrganization
  webhook: Webhook
}

/** The webhook that the address names, for those who manage the webhooks of its organization. */
export async function requireOwnWebhook(c: Context<OrganizationEnv>): Promise<OwnWebhook> {
  const own = c.get('own')
  return { own, webhook: await getWebhook(actionContext(c), own.organization.id, c.req.param('webhook_id') ?? '') }
}

/** The path to one of the addresses of a webhook. */
export function webhookPath(
  { own, webhook }: OwnWebhook,
  page: Exclude<keyof typeof SITE.webhook, 'resend'> = 'overview',
): string {
  return pathTo(SITE.webhook[page], own.organization.slug, webhook.id)
}
