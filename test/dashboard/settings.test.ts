import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findApp } from '../../src/apps/apps-store.ts'
import type { InputKind, SettingValue } from '../../src/apps/setting-row.ts'
import { SETTING_ROWS } from '../../src/apps/settings.ts'
import { toAppForm } from '../../src/dashboard/apps/form-values.ts'
import { INPUTS, type ShownSetting } from '../../src/dashboard/apps/inputs.tsx'
import { Developer } from '../support/workers/developer.ts'
import { createApi } from '../support/workers/world.ts'

/** Nothing that is fetched, and nothing that only a verified publisher may have. */
const NOT_BY_EXAMPLE = { logo_uri: null, visibility: 'private' }

let developer: Developer
let clientId: string
beforeAll(async () => {
  await createApi()
  developer = await Developer.signIn()
  const examples = SETTING_ROWS.map(([name, { schema }]) => [name, schema.meta()?.example])
  const settings = { ...Object.fromEntries(examples), ...NOT_BY_EXAMPLE }
  const registered = await developer.call('POST', '/api/v1/apps', settings)
  expect(registered.status).toBe(201)
  clientId = registered.body.client_id
  expect((await developer.call('GET', `/api/v1/apps/${clientId}`)).body).toMatchObject(settings)
})

const save = async (fields: object) => {
  const address = `/developer/apps/${clientId}/settings`
  const app = await findApp(env.DB, clientId)
  if (!app) throw new Error('the app is gone')
  const form = await developer.browser.get(address)
  const saved = await developer.browser.submit(form, { ...Object.fromEntries(toAppForm(app)), ...fields })
  expect(saved.location).toContain('done=saved')
  return (await developer.call('GET', `/api/v1/apps/${clientId}`)).body
}

describe('the settings of an app', () => {
  it('stay as they are when a developer saves the form untouched', async () => {
    const { body } = await developer.call('GET', `/api/v1/apps/${clientId}`)
    expect(await save({})).toEqual(body)
    expect(await save({ tos_uri: '' })).toMatchObject({ tos_uri: null, version: 2 }) // control
  })

  it('have their words and their problems on the form', async () => {
    const { html } = await developer.browser.get(`/developer/apps/${clientId}/settings`)
    const labels = SETTING_ROWS.flatMap(([, row]) => ('label' in row ? [row.label] : []))
    expect(labels.length).toBeGreaterThan(5)
    for (const label of labels) expect(html).toContain(label)
    expect(html).not.toContain('id="contacts-problem"') // control
    const form = await developer.browser.get(`/developer/apps/${clientId}/settings`)
    const refused = await developer.browser.submit(form, { contacts: 'dev@example.com\nnobody' })
    expect(refused.html).toMatch(/id="contacts-problem"[\s\S]*?Line 2: This is not an e-mail address/)
  })

  it('are read from what a form was filled with, whatever their kind of input', () => {
    const read = <Kind extends InputKind>(kind: Kind, setting: ShownSetting<Kind>, value: SettingValue) =>
      INPUTS[kind].read(new URLSearchParams(INPUTS[kind].fill(value, setting.name)), setting)
    const words = { name: 'client_name', label: 'A setting', part: 'access', lines: 2 } as const
    const texts = { ...words, schema: z.array(z.string()) }
    const nullable = { ...words, schema: z.string().nullable() }
    expect(read('text', nullable, ' 1.2 ')).toBe('1.2')
    expect(read('text', nullable, null)).toBeNull()
    expect(read('text', { ...words, schema: z.string() }, '')).toBe('')
    expect(read('url', nullable, 'https://app.example.com/')).toBe('https://app.example.com/')
    expect(read('lines', texts, ['a', 'b'])).toEqual(['a', 'b'])
    expect(read('redirects', texts, [])).toEqual([])
    expect(read('box', { ...words, schema: z.boolean() }, true)).toBe(true)
    expect(read('box', { ...words, schema: z.boolean() }, false)).toBe(false)
    expect(read('scopes', texts, ['a:b'])).toEqual(['a:b'])
    expect(read('optionalScopes', texts, ['a:b', 'a:c'])).toEqual(['a:b', 'a:c'])
    const grants = { ...words, schema: z.array(z.enum(['authorization_code', 'refresh_token'])) }
    expect(read('refresh', grants, ['authorization_code'])).toEqual(['authorization_code'])
    expect(read('refresh', grants, ['authorization_code', 'refresh_token'])).toContain('refresh_token')
  })
})
