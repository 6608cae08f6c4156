import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, refreshWith, requestToken } from '../support/workers/connect.ts'
import { createWorld, introspectAsApi, type World } from '../support/workers/world.ts'

const run = (sql: string, ...values: (string | null | undefined)[]) =>
  changeByHand(sql, ...values.map((value) => value ?? null))

async function connected() {
  const world = await createWorld()
  const tokens = await connect(world.browser, world.integration)
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true }) // control
  return { ...world, tokens }
}

const accountOf = ({ app }: World) =>
  env.DB.prepare('SELECT account_id FROM members WHERE organization_id = ?')
    .bind(app.organizationId)
    .first<string>('account_id')

it('ends the grants of a deleted app at once', async () => {
  const { browser, app, tokens } = await connected()
  const response = await browser.fetch(`/api/v1/apps/${app.clientId}`, {
    method: 'DELETE',
    headers: { Origin: browser.origin, 'Content-Type': 'application/json' },
  })
  expect(response.status).toBe(204)
  expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
  expect(await refreshWith(tokens.refresh_token, app)).toMatchObject({ status: 401, error: 'invalid_client' })
})

it('suspends an app, and an account, for as long as it lasts', async () => {
  const world = await connected()
  const { app, tokens } = world
  const account = await accountOf(world)
  for (const [table, column, id] of [
    ['apps', 'client_id', app.clientId],
    ['accounts', 'id', account],
    ['organizations', 'id', app.organizationId],
  ]) {
    await run(`UPDATE ${table} SET suspended_at = 1 WHERE ${column} = ?`, id)
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    expect((await refreshWith(tokens.refresh_token, app)).status).toBe(400)
    await run(`UPDATE ${table} SET suspended_at = NULL WHERE ${column} = ?`, id)
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  }
  expect((await refreshWith(tokens.refresh_token, app)).status).toBe(200)
})

it('takes the scopes for organizations away when no organization is left', async () => {
  const { app, tokens } = await connected()
  await run(
    "INSERT INTO app_decisions (organization_id, client_id, decision, decided_by, decided_at) VALUES (?, ?, 'blocked', 'x', 0)",
    app.organizationId,
    app.clientId,
  )
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true, scope: 'profile:read' })
  expect(await refreshWith(tokens.refresh_token, app)).toMatchObject({ status: 200, scope: 'profile:read' })
})

it('takes away what is above a ceiling', async () => {
  const { app, tokens } = await connected()
  await run(`UPDATE organizations SET scope_ceiling = '["nothing:read"]' WHERE id = ?`, app.organizationId)
  expect(await refreshWith(tokens.refresh_token, app)).toMatchObject({ status: 200, scope: 'profile:read' })
})

it('ends a private app for whoever left its organization', async () => {
  const { app, tokens } = await connected()
  await run('DELETE FROM members WHERE organization_id = ?', app.organizationId)
  expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
  expect(await refreshWith(tokens.refresh_token, app)).toMatchObject({ status: 400, error: 'invalid_grant' })
})

it('follows the registration: a scope that the app gave up is gone', async () => {
  const { app, tokens } = await connected()
  await run(`UPDATE apps SET scopes = '["profile:read"]' WHERE client_id = ?`, app.clientId)
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ scope: 'profile:read' })
  expect(await refreshWith(tokens.refresh_token, app)).toMatchObject({ scope: 'profile:read' })
})

it('narrows at the token endpoint for this token only, and leaves out what was not granted', async () => {
  const { app, tokens } = await connected()
  const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  const narrowed = await requestToken({ ...fields, scope: 'profile:read' }, app)
  expect(narrowed).toMatchObject({ status: 200, scope: 'profile:read' })
  expect(await introspectAsApi(narrowed.access_token ?? '')).toMatchObject({ scope: 'profile:read' })

  const partly = await requestToken({ ...fields, scope: 'profile:read projects:write' }, app)
  expect(partly).toMatchObject({ status: 200, scope: 'profile:read' })

  const refused = await requestToken({ ...fields, scope: 'projects:write' }, app)
  expect(refused).toMatchObject({ status: 400, error: 'invalid_scope', scopes: ['projects:write'] })

  expect(await refreshWith(tokens.refresh_token, app)).toMatchObject({ scope: 'profile:read projects:read' })
})

it('revokes one access token without its grant', async () => {
  const { integration, app, tokens } = await connected()
  await integration.revoke(tokens.access_token)
  expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
  expect(await refreshWith(tokens.refresh_token, app)).toMatchObject({ status: 200 })
})
