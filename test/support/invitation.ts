import type { Browser } from './browser.ts'

interface OutboxMail {
  to: string
  subject: string
  text: string
}

/** What was mailed to an address, the newest first, from the development outbox. */
export async function mailsTo(browser: Browser, email: string): Promise<OutboxMail[]> {
  const response = await browser.fetch('/dev/outbox.json')
  const mails: OutboxMail[] = await response.json()
  return mails.filter(({ to }) => to === email)
}

/** The path that the newest invitation to an address leads to. */
export async function invitationPath(browser: Browser, email: string): Promise<string> {
  const [path] = (await mailsTo(browser, email)).flatMap(({ text }) => /\/invitations\/[\w-]+/.exec(text) ?? [])
  if (!path) throw new Error('no invitation arrived')
  return path
}
