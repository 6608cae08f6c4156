import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { answerConsent } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { fulfilPublicRequirements } from '../support/workers/publish.ts'
import { createWorld, ISSUER, newBrowser, type World } from '../support/workers/world.ts'

async function change({ browser, app }: World, fields: object): Promise<Response> {
  return browser.fetch(`/api/v1/apps/${app.clientId}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', Origin: ISSUER },
    body: JSON.stringify(fields),
  })
}

describe('an app that wants strangers without a publisher', () => {
  it('does not go public with a mark for another host than its homepage', async () => {
    const world = await createWorld({ visibility: 'private', ...settings('One') })
    await fulfilPublicRequirements(world.app.clientId, 'mine.example.com')
    const both = { visibility: 'public', client_uri: 'https://victim.example.com/' }
    expect((await change(world, both)).status).toBe(422)
    expect((await change(world, { visibility: 'public' })).status).toBe(200) // control
  })

  it('is never public at a host that it moves to, by whatever change', async () => {
    const world = await createWorld(settings('Two'))
    await fulfilPublicRequirements(world.app.clientId, 'mine.example.com')
    await change(world, { visibility: 'public' })
    const victim = { client_uri: 'https://victim.example.com/' }
    expect((await change(world, victim)).status).toBe(422)
    expect((await change(world, { ...victim, visibility: 'public' })).status).toBe(422)
    const stranger = await newBrowser()
    const { path } = await world.integration.begin()
    expect((await stranger.get(path)).html).toContain('mine.example.com') // control: it kept its mark and its place

    // Nor after its own domain has lapsed, which leaves it public and without a mark.
    await changeByHand('UPDATE apps SET publisher_domain = NULL WHERE client_id = ?', world.app.clientId)
    expect((await change(world, victim)).status).toBe(422)

    expect((await change(world, { ...victim, visibility: 'private' })).status).toBe(200)
    expect((await stranger.get(path)).status).toBe(403)
    expect((await change(world, { visibility: 'public' })).status).toBe(422)
  })

  it.each(['publisher_domain', 'publisher', 'logo_hash', 'logo_path', 'first_party'])(
    'does not write %s itself',
    async (field) => {
      const developer = await Developer.signIn()
      const { client_id } = await developer.registerApp()
      const path = `/api/v1/apps/${client_id}`
      const answer = await developer.call('PATCH', path, { [field]: 'mine.example.com' })
      expect(answer.status).toBe(422)
      expect(answer.body.errors).toMatchObject([{ pointer: `/${field}` }])
    },
  )

  it('gets nobody in while it is private, even with a consent page of before', async () => {
    const world = await createWorld(settings('Three'))
    await fulfilPublicRequirements(world.app.clientId)
    await change(world, { visibility: 'public' })
    const stranger = await newBrowser()
    const page = await stranger.get((await world.integration.begin()).path)
    expect(page.status).toBe(200) // control
    expect((await change(world, { visibility: 'private' })).status).toBe(200)
    const answered = await answerConsent(stranger, page)
    expect(new URL(answered.location ?? '').searchParams.get('error')).toBe('access_denied')
  })
})

it('loses its strangers at their next token when it goes private', async () => {
  const world = await createWorld(settings('Four'))
  await fulfilPublicRequirements(world.app.clientId)
  await change(world, { visibility: 'public' })
  const tokens = await connect(await newBrowser(), world.integration)
  const own = await connect(world.browser, world.integration)
  await env.DB.prepare('DELETE FROM grant_index WHERE client_id = ?').bind(world.app.clientId).run()
  expect((await change(world, { visibility: 'private' })).status).toBe(200)

  expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
  expect(await refreshWith(own.refresh_token, world.app)).toMatchObject({ status: 200 }) // control: a member
})

function settings(name: string): Record<string, unknown> {
  return {
    client_name: `Publicity ${name}`,
    redirect_uris: ['https://app.example/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    scopes: ['projects:read', 'profile:read'],
  }
}
