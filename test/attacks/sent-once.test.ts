import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOnce } from '../../src/lib/answer-once.ts'
import { oneTimeObject } from '../../src/lib/one-time.ts'
import type { Page } from '../support/browser.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'
import { advance } from '../support/workers/time.ts'

const SECRET = /pst_secret_[\w-]+/
const secretOf = ({ html }: Page) => SECRET.exec(html)?.[0]

let developer: Developer
let clientId: string
beforeAll(async () => {
  developer = await Developer.signIn()
  clientId = (await developer.registerApp()).client_id
})

const secretsPath = () => `/developer/apps/${clientId}/secrets`

async function countSecrets(): Promise<number> {
  const row = await env.DB.prepare('SELECT count(*) AS secrets FROM app_secrets WHERE client_id = ?')
    .bind(clientId)
    .first<{ secrets: number }>()
  return row?.secrets ?? -1
}

/** A colleague with the same rights over the same app. */
async function colleague(): Promise<Developer> {
  const other = await Developer.signIn()
  const app = await developer.call('GET', `/api/v1/apps/${clientId}`)
  await other.join('developer', app.body.organization_id)
  return other
}

async function deleteSecrets(): Promise<void> {
  await changeByHand('DELETE FROM app_secrets WHERE client_id = ?', clientId)
}

describe('a secret that was shown once', () => {
  it('is shown again to the page that made it, and to no other page, session or content', async () => {
    await deleteSecrets()
    const page = await developer.browser.get(secretsPath())
    const first = await developer.browser.submit(page, { name: 'Deploy' })
    expect(secretOf(await developer.browser.submit(page, { name: 'Deploy' }))).toBe(secretOf(first)) // control
    expect(await countSecrets()).toBe(1)

    // Another page of the same session.
    const other = await developer.browser.get(secretsPath())
    expect(secretOf(await developer.browser.submit(other, { name: 'Deploy' }))).not.toBe(secretOf(first))

    // The same page, with something else in it.
    await deleteSecrets()
    expect(secretOf(await developer.browser.submit(page, { name: 'Other' }))).not.toBe(secretOf(first))

    // Another session, which knows the token of the page: with its own form token, and with the stolen one.
    const once = /name="once" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const thief = await colleague()
    const own = await thief.browser.get(secretsPath())
    await deleteSecrets()
    const stolen = await thief.browser.submit(own, { name: 'Deploy', once })
    expect(secretOf(stolen)).not.toBe(secretOf(first))
    const foreign = await thief.browser.submit(page, { name: 'Deploy' })
    expect(foreign.status).toBe(403)
    expect(secretOf(foreign)).toBeUndefined()
  })

  it('is forgotten after ten minutes, and no other one is made by the same page', async () => {
    await deleteSecrets()
    const page = await developer.browser.get(secretsPath())
    expect(secretOf(await developer.browser.submit(page, { name: 'Forgotten' }))).toMatch(SECRET)
    advance(601)
    const late = await developer.browser.submit(page, { name: 'Forgotten' })
    expect(late.status).toBe(409)
    expect(late.html).toContain('was sent before')
    expect(await countSecrets()).toBe(1)
  })

  it('does not stand in clear where the answer is kept', async () => {
    await deleteSecrets()
    const page = await developer.browser.get(secretsPath())
    const secret = secretOf(await developer.browser.submit(page, { name: 'At rest' })) ?? 'none'
    const once = /name="once" value="([^"]+)"/.exec(page.html)?.[1] ?? 'none'
    const slots = await Promise.all(Array.from({ length: 300 }, (_, index) => oneTimeObject(env, `slot ${index}`)))
    const objects = [...new Map(slots.map((stub) => [stub.id.toString(), stub])).values()]
    const rows = await Promise.all(
      objects.map((stub) =>
        runInDurableObject(stub, (_instance, { storage }) =>
          storage.sql.exec<{ key: string; answer: string | null }>('SELECT key, answer FROM answers').toArray(),
        ),
      ),
    )
    const stored = rows.flat().map(({ key, answer }) => `${key} ${answer}`)
    expect(stored.length).toBeGreaterThan(0) // control
    expect(stored.some((row) => row.includes(secret) || row.includes(once) || row.includes('<html'))).toBe(false)
  })
})

describe('a form that was refused', () => {
  it('may be sent again, when what stood in the way is gone', async () => {
    await deleteSecrets()
    for (const name of ['One', 'Two'])
      await developer.browser.submit(await developer.browser.get(secretsPath()), { name })
    const page = { ...(await developer.browser.get('/organizations')), url: '' }
    const taken = await developer.browser.submit(page, { name: 'Acme', slug: 'taken-slug' })
    expect(taken.status).toBe(303) // control
    const again = await developer.browser.get('/organizations')
    expect((await developer.browser.submit(again, { name: 'Acme', slug: 'taken-slug' })).status).toBe(422)
    await changeByHand("UPDATE organizations SET slug = 'freed-slug' WHERE slug = 'taken-slug'")
    expect((await developer.browser.submit(again, { name: 'Acme', slug: 'taken-slug' })).status).toBe(303)
  })
})

describe('the work of a form', () => {
  const sent = (token: string) => ({ token, session: 's', content: 'c', keepSeconds: 60, settles: () => true })
  const waitUntil = (work: Promise<unknown>) => void work

  it('goes to the next one when the first one failed, and runs once otherwise', async () => {
    let runs = 0
    const failing = async () => {
      runs++
      throw new TypeError('on purpose')
    }
    await expect(answerOnce({ env, waitUntil }, sent('t1'), failing)).rejects.toThrow('on purpose')
    const working = async () => new Response(`run ${++runs}`)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => answerOnce({ env, waitUntil }, sent('t1'), working)),
    )
    const texts = await Promise.all(answers.map((answer) => answer?.text()))
    expect(new Set(texts)).toEqual(new Set(['run 2']))
  })
})
