import { Hono } from 'hono'
import { type DevMail, listDevMail } from '../accounts/dev-outbox-store.ts'
import type { AppEnv } from '../env.ts'
import { htmlPage } from '../ui/html-page.tsx'
import { Layout } from '../ui/layout.tsx'

/** What production mails, development shows. In production these paths do not exist. */
export const devOutbox = new Hono<AppEnv>()

devOutbox.use('/dev/*', async (c, next) => (c.get('config').development ? next() : c.notFound()))

devOutbox.get('/dev/outbox', async (c) => htmlPage(c, <Outbox mails={await listDevMail(c.env.DB)} />))
devOutbox.get('/dev/outbox.json', async (c) =>
  c.json(await listDevMail(c.env.DB), 200, { 'Cache-Control': 'no-store' }),
)

function Outbox({ mails }: { mails: readonly DevMail[] }) {
  return (
    <Layout title="Outbox">
      <h1>Outbox</h1>
      <p>Mail that this development server would have sent, newest first.</p>
      {mails.length === 0 && <p>Nothing was sent yet.</p>}
      {mails.map((mail) => (
        <article class="mail">
          <h2>{mail.subject}</h2>
          <p class="small">To {mail.to}</p>
          <pre>{mail.text}</pre>
        </article>
      ))}
    </Layout>
  )
}
