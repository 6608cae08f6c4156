import { type Context, Hono } from 'hono'
import { htmlPage } from '../../../ui/html-page.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { type FieldProblems, formStatus } from '../../kit/form-problems.ts'
import { submit } from '../../kit/submit.ts'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { createWebhook, listWebhooks } from './actions.ts'
import { newWebhook } from './schemas.ts'
import { secretPage } from './secret-page.ts'
import { readWebhookForm, WebhookForm, type WebhookValues } from './webhook-form.tsx'

const CREATED = {
  title: 'The webhook is created',
  explanation:
    'Messages are signed with this secret. The first one, webhook.challenge, is on its way: your system has to answer it before it is told anything.',
}

export const newPage = new Hono<OrganizationEnv>()

newPage.get(SITE.organization.newWebhook, async (c) => {
  const own = c.get('own')
  // Only for whoever may: the list says no to everybody else.
  await listWebhooks(actionContext(c), own.organization.id)
  return show(c, own, { url: '', events: null })
})

newPage.post(SITE.organization.newWebhook, async (c) => {
  const own = c.get('own')
  const values = readWebhookForm(c.get('fields'))
  return submit(c, {
    act: () => createWebhook(actionContext(c), own.organization.id, parseBody(newWebhook, values)),
    done: (created) => secretPage(c, { own, ...created, ...CREATED }),
    refused: (problems) => show(c, own, values, problems),
  })
})

function show(c: Context<OrganizationEnv>, own: OwnOrganization, values: WebhookValues, problems: FieldProblems = {}) {
  const { slug } = own.organization
  const form = {
    action: pathTo(SITE.organization.newWebhook, slug),
    cancelHref: pathTo(SITE.organization.webhooks, slug),
    submitTitle: 'Create the webhook',
    values,
    problems,
  }
  const page = (
    <OrganizationFrame own={own} tab="webhooks" title="Add a webhook">
      <h2>Add a webhook</h2>
      <WebhookForm {...form} />
    </OrganizationFrame>
  )
  return htmlPage(c, page, formStatus(problems))
}
