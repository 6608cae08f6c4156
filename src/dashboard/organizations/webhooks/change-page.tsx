import { type Context, Hono } from 'hono'
import { FormToken } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../../kit/form-problems.ts'
import { submit } from '../../kit/submit.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { changeWebhook, createWebhookSecret, deleteWebhook } from './actions.ts'
import { type OwnWebhook, requireOwnWebhook, webhookPath } from './require-own-webhook.ts'
import { newWebhook } from './schemas.ts'
import { secretPage } from './secret-page.ts'
import { readWebhookForm, WebhookForm, type WebhookValues } from './webhook-form.tsx'

const RENEWED = {
  title: 'The webhook has a new secret',
  explanation:
    'Messages are signed with it from now on, and with each former one until 24 hours after it was replaced.',
}

export const changePage = new Hono<OrganizationEnv>()

changePage.get(SITE.webhook.change, async (c) => {
  const known = await requireOwnWebhook(c)
  return show(c, known, { url: known.webhook.url ?? '', events: known.webhook.events })
})

changePage.post(SITE.webhook.change, async (c) => {
  const known = await requireOwnWebhook(c)
  const { own, webhook } = known
  const values = readWebhookForm(c.get('fields'))
  return submit(c, {
    act: () => changeWebhook(actionContext(c), own.organization.id, webhook.id, parseBody(newWebhook, values)),
    done: webhookPath(known),
    refused: (problems) => show(c, known, values, problems),
  })
})

changePage.post(SITE.webhook.secret, async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  const secret = await createWebhookSecret(actionContext(c), own.organization.id, webhook.id)
  return secretPage(c, { own, webhook, secret, ...RENEWED })
})

changePage.post(SITE.webhook.delete, async (c) => {
  const { own, webhook } = await requireOwnWebhook(c)
  await deleteWebhook(actionContext(c), own.organization.id, webhook.id)
  return c.redirect(pathTo(SITE.organization.webhooks, own.organization.slug), 303)
})

function show(c: Context<OrganizationEnv>, known: OwnWebhook, values: WebhookValues, problems: FieldProblems = {}) {
  const form = {
    action: webhookPath(known, 'change'),
    cancelHref: webhookPath(known),
    submitTitle: 'Save',
    values,
    problems,
  }
  const page = (
    <OrganizationFrame own={known.own} tab="webhooks" title="Change the webhook">
      <h2>Change the webhook</h2>
      <WebhookForm {...form} />
      <MoreForms {...known} />
    </OrganizationFrame>
  )
  return htmlPage(c, page, formStatus(problems))
}

function MoreForms(known: OwnWebhook) {
  return (
    <section>
      <details>
        <summary>Create a new secret</summary>
        <form method="post" action={webhookPath(known, 'secret')}>
          <FormToken once />
          <p>For 24 hours, messages are signed with the one of now too, so that your system has time to change.</p>
          <button type="submit">Create a new secret</button>
        </form>
      </details>
      <details>
        <summary>Delete the webhook</summary>
        <form method="post" action={webhookPath(known, 'delete')}>
          <FormToken once />
          <p>What it was not told yet, it is not told any more. The audit log keeps everything.</p>
          <button type="submit" class="danger">
            Delete it
          </button>
        </form>
      </details>
    </section>
  )
}
