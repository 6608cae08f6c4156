import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { Page } from '../browser.ts'
import { discover, Integration, registerApp } from '../integration.ts'
import { connect } from './connect.ts'
import { Developer } from './developer.ts'
import { makePublic } from './publish.ts'
import { ISSUER, SETTINGS, transport } from './world.ts'

/** An app that everybody can connect, of an organization of this person; left out: the personal one. */
export async function newPublicApp(owner: Developer, settings: Record<string, unknown> = {}) {
  const app = await registerApp(owner.browser, { ...SETTINGS, ...settings })
  await makePublic(app.clientId)
  return { app, integration: new Integration(transport, await discover(transport, ISSUER), app) }
}
export type PublicApp = Awaited<ReturnType<typeof newPublicApp>>

/** Somebody who allowed the app in these organizations; left out: in the personal one. */
export async function newUser({ integration }: PublicApp, person?: Developer, organizations?: string[]) {
  const user = person ?? (await Developer.signIn())
  const organization = organizations ?? [await personalOf(user.accountId)]
  const tokens = await connect(user.browser, integration, { prompt: 'consent' }, { organization })
  return { user, tokens, organization }
}

export async function personalOf(accountId: string): Promise<string> {
  const sql = 'SELECT id FROM organizations WHERE personal_account_id = ?'
  return String(await env.DB.prepare(sql).bind(accountId).first('id'))
}

export async function newOrganization(owner: Developer, name = 'Acme'): Promise<{ id: string; slug: string }> {
  const slug = `o-${crypto.randomUUID().slice(0, 12)}`
  const { body, status } = await owner.call('POST', '/api/v1/organizations', { name, slug })
  if (status !== 201) throw new Error(`creating an organization answered ${status}`)
  return { id: body.id, slug }
}

export async function addressOf(accountId: string): Promise<string> {
  return String(await env.DB.prepare('SELECT email FROM accounts WHERE id = ?').bind(accountId).first('email'))
}

/** Deletes the account as its person does: by the form of the page. */
export async function deleteByPage({ browser }: Developer): Promise<Page> {
  return browser.submit(await browser.get('/account/delete'), {})
}

/** Waits until the job behind the end of an organization has finished; that of an account is of its personal one. */
export async function jobFinished(organizationId: string): Promise<void> {
  const sql = "SELECT finished_at FROM cut_off_jobs WHERE organization_id = ? AND ends <> 'access'"
  const finishedAt = () => env.DB.prepare(sql).bind(organizationId).first('finished_at')
  await expect.poll(finishedAt, { timeout: 15_000, interval: 200 }).toEqual(expect.any(Number))
}

export async function count(sql: string, ...values: string[]): Promise<number> {
  return Number(
    await env.DB.prepare(`SELECT count(*) AS n FROM ${sql}`)
      .bind(...values)
      .first('n'),
  )
}

/** Keys of KV that name an account or an organization. */
export async function viewsOf(id: string): Promise<string[]> {
  return (await env.GRANTS.list()).keys.map(({ name }) => name).filter((name) => name.includes(id))
}
