import { type Context, Hono } from 'hono'
import type { Webhook } from '../../../webhooks/webhook.ts'
import { askerOf } from '../../kit/asker.ts'
import { parseBody } from '../../kit/field-errors.ts'
import type { FieldProblems } from '../../kit/form-problems.ts'
import { problemsOf } from '../../kit/form-problems.ts'
import { formatCursor } from '../../kit/pagination.ts'
import { shownOncePage } from '../../kit/shown-once.tsx'
import { type PageEnv, requireVisitor } from '../../kit/visitor.ts'
import type { OwnOrganization } from '../actions.ts'
import { requireOwn } from '../require-own.ts'
import {
  addWebhook,
  editWebhook,
  listWebhooksOf,
  readDeliveries,
  removeWebhook,
  renewWebhookSecret,
  repeatChallenge,
  requireWebhook,
  resendDelivery,
} from './actions.ts'
import { toDeliveryPosition } from './api.ts'
import { deliveriesQuery, newWebhook } from './schemas.ts'
import { webhookPage } from './webhook.tsx'
import { type WebhookValues, webhookFormPage } from './webhook-form.tsx'
import { webhooksPage } from './webhooks.tsx'

const DELIVERIES_SHOWN = 30

/** Who is told what happens, for administrators: with each message, and a button that sends it again. */
export const webhookPages = new Hono<PageEnv>()

webhookPages.use('/organizations/*', requireVisitor)
webhookPages.get('/organizations/:slug/webhooks', async (c) => {
  const own = await requireOwn(c)
  return webhooksPage(c, { own, webhooks: await listWebhooksOf(askerOf(c), own.organization.id) })
})

webhookPages.get('/organizations/:slug/webhooks/new', async (c) => {
  const own = await requireOwn(c)
  // Only for whoever may: the list says no to everybody else.
  await listWebhooksOf(askerOf(c), own.organization.id)
  return showForm(c, own, null, { url: '', events: null })
})

webhookPages.post('/organizations/:slug/webhooks/new', async (c) => {
  const own = await requireOwn(c)
  const values = readWebhookForm(c)
  try {
    const created = await addWebhook(askerOf(c), own.organization.id, parseBody(newWebhook, values))
    return showSecret(c, own, { ...created, words: CREATED })
  } catch (error) {
    return showForm(c, own, null, values, problemsOf(error))
  }
})

webhookPages.get('/organizations/:slug/webhooks/:webhook_id', async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  const parsed = deliveriesPage.safeParse({ ...c.req.query(), state: c.req.query('state') || undefined })
  const { state = null, cursor = undefined } = parsed.success ? parsed.data : {}
  const query = { state, before: toDeliveryPosition(cursor), limit: DELIVERIES_SHOWN }
  const { items, next } = await readDeliveries(askerOf(c), webhook, query)
  const nextCursor = next && formatCursor([next.createdAt, next.eventId])
  const resent = c.req.query('resent') === '1'
  return webhookPage(c, { own, webhook, deliveries: items, state, nextCursor, resent })
})

webhookPages.post('/organizations/:slug/webhooks/:webhook_id/deliveries/:event_id/resend', async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  const delivery = { webhookId: webhook.id, eventId: c.req.param('event_id') }
  await resendDelivery(askerOf(c), own.organization.id, delivery)
  return c.redirect(`${webhookPath(own, webhook)}?resent=1`, 303)
})

webhookPages.get('/organizations/:slug/webhooks/:webhook_id/change', async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  return showForm(c, own, webhook, { url: webhook.url ?? '', events: webhook.events })
})

webhookPages.post('/organizations/:slug/webhooks/:webhook_id/change', async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  const values = readWebhookForm(c)
  try {
    await editWebhook(askerOf(c), own.organization.id, webhook.id, parseBody(newWebhook, values))
    return c.redirect(webhookPath(own, webhook), 303)
  } catch (error) {
    return showForm(c, own, webhook, values, problemsOf(error))
  }
})

/** The page says what came of it. */
webhookPages.post('/organizations/:slug/webhooks/:webhook_id/challenge', async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  await repeatChallenge(askerOf(c), own.organization.id, webhook.id)
  return c.redirect(webhookPath(own, webhook), 303)
})

webhookPages.post('/organizations/:slug/webhooks/:webhook_id/secret', async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  const secret = await renewWebhookSecret(askerOf(c), own.organization.id, webhook.id)
  return showSecret(c, own, { webhook, secret, words: RENEWED })
})

webhookPages.post('/organizations/:slug/webhooks/:webhook_id/delete', async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  await removeWebhook(askerOf(c), own.organization.id, webhook.id)
  return c.redirect(`/organizations/${own.organization.slug}/webhooks`, 303)
})

const deliveriesPage = deliveriesQuery.pick({ state: true, cursor: true })

async function requireOwnWebhook(c: Context<PageEnv>): Promise<{ own: OwnOrganization; webhook: Webhook }> {
  const own = await requireOwn(c)
  return { own, webhook: await requireWebhook(askerOf(c), own.organization.id, c.req.param('webhook_id') ?? '') }
}

function readWebhookForm(c: Context<PageEnv>): WebhookValues {
  const fields = c.get('fields')
  return { url: fields.get('url') ?? '', events: fields.get('told') === 'chosen' ? fields.getAll('event') : null }
}

function showForm(
  c: Context<PageEnv>,
  own: OwnOrganization,
  webhook: Webhook | null,
  { url, events }: WebhookValues,
  problems: FieldProblems = {},
) {
  return webhookFormPage(c, { own, webhook, values: { url, events }, problems })
}

/** What is read once, in the answer to the form that made it. */
const CREATED = {
  title: 'The webhook is created',
  explanation:
    'Messages are signed with this secret. The first one, webhook.challenge, is on its way: your system has to answer it before it is told anything.',
}
const RENEWED = {
  title: 'The webhook has a new secret',
  explanation:
    'Messages are signed with it from now on, and with each former one until 24 hours after it was replaced.',
}

function showSecret(
  c: Context<PageEnv>,
  own: OwnOrganization,
  { webhook, secret, words }: { webhook: Webhook; secret: string; words: typeof CREATED },
) {
  return shownOncePage(c, {
    ...words,
    shown: [{ name: 'secret', value: secret, secret: true }],
    nextHref: webhookPath(own, webhook),
    nextTitle: 'Go to the webhook',
  })
}

function webhookPath({ organization }: OwnOrganization, { id }: Webhook): string {
  return `/organizations/${organization.slug}/webhooks/${id}`
}
