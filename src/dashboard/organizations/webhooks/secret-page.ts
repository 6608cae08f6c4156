import type { PageContext } from '../../../ui/html-page.tsx'
import { shownOncePage } from '../../kit/shown-once.tsx'
import { type OwnWebhook, webhookPath } from './require-own-webhook.ts'

interface SecretView extends OwnWebhook {
  title: string
  explanation: string
  secret: string
}

/** What is read once, in the answer to the form that made it. */
export function secretPage(c: PageContext, { own, webhook, secret, ...words }: SecretView) {
  return shownOncePage(c, {
    ...words,
    shown: [{ name: 'secret', value: secret, secret: true }],
    nextHref: webhookPath({ own, webhook }),
    nextTitle: 'Go to the webhook',
  })
}
