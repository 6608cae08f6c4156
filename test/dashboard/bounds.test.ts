import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { anApp, Developer } from '../support/workers/developer.ts'

const rowsOf = (accountId: string) =>
  env.DB.prepare(
    `SELECT (SELECT count(*) FROM apps WHERE created_by = ?1) AS apps,
            (SELECT count(*) FROM idempotency_keys WHERE account_id = ?1) AS keys,
            (SELECT count(*) FROM app_secrets JOIN apps USING (client_id) WHERE created_by = ?1) AS secrets,
            (SELECT count(*) FROM audit_events WHERE actor = ?1 AND event = 'app.created') AS audited`,
  )
    .bind(accountId)
    .first()

describe('the bound of apps', () => {
  const bounded = () => Developer.signIn(undefined, { APPS_PER_ACCOUNT: '2' })

  it.each(['client_secret_basic', 'none'])(
    'refuses one more (%s) by name, and leaves nothing of it behind',
    async (method) => {
      const developer = await bounded()
      const register = (key: string) =>
        developer.call('POST', '/api/v1/apps', anApp({ token_endpoint_auth_method: method }), {
          'Idempotency-Key': key,
        })
      expect([(await register('1')).status, (await register('2')).status]).toEqual([201, 201]) // control
      const before = await rowsOf(developer.accountId)

      const refused = await register('3')

      expect(refused.status).toBe(409)
      expect(refused.body.detail).toBe(
        'You have 2 apps, and may have no more at once. Whoever runs this service can raise APPS_PER_ACCOUNT.',
      )
      expect(await rowsOf(developer.accountId)).toEqual(before)
      expect((await register('2')).status).toBe(201) // a repetition is no creation
    },
  )

  it('has room again for somebody who deletes one, and for everybody else', async () => {
    const developer = await bounded()
    const { client_id } = await developer.registerApp()
    await developer.registerApp()
    await (await bounded()).registerApp()
    expect((await developer.call('POST', '/api/v1/apps', anApp())).status).toBe(409) // control
    expect((await developer.call('DELETE', `/api/v1/apps/${client_id}`)).status).toBe(204)
    await developer.registerApp()
  })

  it('counts what was created and deleted again, by the day', async () => {
    const developer = await bounded()
    for (let count = 0; count < 4; count++) {
      const { client_id } = await developer.registerApp()
      await developer.call('DELETE', `/api/v1/apps/${client_id}`)
    }
    const { status, headers, body } = await developer.call('POST', '/api/v1/apps', anApp())
    expect(status).toBe(429)
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(23 * 3600)
    expect(body.detail).toContain('You created 4 apps within a day.')
  })

  it('is told on the page that registers, beside what was typed', async () => {
    const developer = await bounded()
    await developer.registerApp()
    await developer.registerApp()
    const page = await developer.browser.get('/developer/apps/new/server')
    const answer = await developer.browser.submit(page, {
      client_name: 'One too many',
      redirect_uris: 'https://app.example.com/callback',
    })
    expect(answer.html).toContain('can raise APPS_PER_ACCOUNT')
    expect(answer.html).toContain('One too many')
  })
})

describe('the bound of organizations', () => {
  const create = (developer: Developer) =>
    developer.call('POST', '/api/v1/organizations', { name: 'Acme', slug: `acme-${crypto.randomUUID().slice(0, 8)}` })

  it('refuses one more by name; the personal one, and those of others, do not count', async () => {
    const developer = await Developer.signIn(undefined, { ORGANIZATIONS_PER_ACCOUNT: '2' })
    await developer.join('admin')
    expect([(await create(developer)).status, (await create(developer)).status]).toEqual([201, 201])

    const refused = await create(developer)

    expect(refused.status).toBe(409)
    expect(refused.body.detail).toContain('can raise ORGANIZATIONS_PER_ACCOUNT')
    const { body } = await developer.call('GET', '/api/v1/organizations')
    expect(body.items).toHaveLength(4)
  })
})

describe('the bound of fetches', () => {
  it('refuses to fetch logos and to look domains up for somebody who had enough of it', async () => {
    const developer = await Developer.signIn(undefined, { FETCHES_PER_ACCOUNT: '2' })
    const { client_id } = await developer.registerApp({ client_uri: 'https://app.example.com/' })
    const look = () => developer.call('POST', `/api/v1/apps/${client_id}/publisher-verification`)
    expect([(await look()).status, (await look()).status]).toEqual([200, 200]) // control

    const refused = await look()

    expect(refused.status).toBe(429)
    expect(refused.body.detail).toContain('can raise FETCHES_PER_ACCOUNT')
    const logo = anApp({ logo_uri: 'https://app.example.com/logo.png' })
    expect((await developer.call('POST', '/api/v1/apps', logo)).status).toBe(429)
    expect((await developer.call('POST', '/api/v1/apps', anApp())).status).toBe(201) // nothing is fetched for it
  })
})
