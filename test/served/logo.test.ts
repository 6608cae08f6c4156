import { createHash } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callApi } from '../support/api-client.ts'
import type { Browser } from '../support/browser.ts'
import { signInOver } from '../support/flow.ts'
import { JPEG, PNG, WEBP } from '../support/hostile-origin.ts'
import { useWorld } from '../support/outside-world.ts'

const PUBLIC = { A: ['93.184.215.14'], AAAA: ['2606:2800:21f:cb07:6820:80da:af6b:8b2c'] }
const world = useWorld()

let browser: Browser
let path: string
beforeAll(async () => {
  browser = await signInOver(world().server.origin, 'logos@example.com')
  const { body } = await callApi<{ client_id: string }>(browser, 'POST', '/api/v1/apps', {
    client_name: 'Release notes',
    redirect_uris: ['https://app.example.com/callback'],
  })
  path = `/api/v1/apps/${body.client_id}`
})

beforeEach(async () => {
  const { resolver, outside } = world()
  resolver.mood = 'well'
  resolver.zone.set('app.example.com', PUBLIC)
  outside.asked.length = 0
  await callApi(browser, 'PATCH', path, { logo_uri: null })
})

const setLogo = (logoUri: string | null) =>
  callApi<{ logo_path: string | null }>(browser, 'PATCH', path, { logo_uri: logoUri })

async function refusalOf(logoUri: string): Promise<string | undefined> {
  const { status, body } = await setLogo(logoUri)
  expect(status).toBe(422)
  expect(body.errors).toMatchObject([{ pointer: '/logo_uri' }])
  const kept = await callApi<{ logo_uri: string | null; logo_path: string | null }>(browser, 'GET', path)
  expect(kept.body).toMatchObject({ logo_uri: null, logo_path: null })
  return body.errors?.[0]?.detail
}

describe('a logo', () => {
  it.each([
    ['/logo.png', 'image/png', PNG],
    ['/logo.jpg', 'image/jpeg', JPEG],
    ['/logo.webp', 'image/webp', WEBP],
  ])('%s is kept, and served from our own origin as %s', async (file, contentType, bytes) => {
    const { status, body } = await setLogo(`https://app.example.com${file}`)
    expect(status).toBe(200)
    expect(body.logo_path).toBe(`/logos/${createHash('sha256').update(bytes).digest('base64url')}`)

    const response = await fetch(world().server.origin + body.logo_path)
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': contentType,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'public, max-age=31536000, immutable',
    })
  })

  it('is fetched once, and again when its address changes', async () => {
    const first = await setLogo('https://app.example.com/logo.png')
    await callApi(browser, 'PATCH', path, { client_name: 'Renamed', logo_uri: 'https://app.example.com/logo.png' })
    expect(world().outside.asked).toEqual(['/logo.png'])

    const second = await setLogo('https://app.example.com/other.png')
    expect(world().outside.asked).toEqual(['/logo.png', '/other.png'])
    expect(second.body.logo_path).not.toBe(first.body.logo_path)
    expect((await setLogo(null)).body.logo_path).toBeNull()
  })

  it('may be exactly 64 KiB', async () => {
    expect((await setLogo('https://app.example.com/largest.png')).status).toBe(200)
  })

  it('that nobody has is not found', async () => {
    expect((await fetch(`${world().server.origin}/logos/nothing`)).status).toBe(404)
  })
})

describe('a logo is refused', () => {
  it.each([
    ['/too-large.png', 'larger than 64 KiB'],
    ['/5-megabytes.png', 'larger than 64 KiB'],
    ['/endless.png', 'larger than 64 KiB'],
    ['/slow-head.png', 'within 3 seconds'],
    ['/slow-body.png', 'within 3 seconds'],
    ['/bomb.png', 'larger than 64 KiB'],
    ['/cut-off.png', 'could not be reached'],
    ['/empty.png', 'neither PNG'],
    ['/page.png', 'neither PNG'],
    ['/drawing.png', 'neither PNG'],
    ['/missing.png', 'answered 404'],
    ['/partial.png', 'answered 206'],
  ])('from %s: %s', async (file, reason) => {
    const started = Date.now()
    expect(await refusalOf(`https://app.example.com${file}`)).toContain(reason)
    expect(Date.now() - started).toBeLessThan(5000)
    expect(world().outside.asked).toEqual([file])
  })

  it.each(['/redirect-inside', '/redirect-to-metadata', '/redirect-for-ever'])(
    'from %s, and the redirect is not followed',
    async (file) => {
      expect(await refusalOf(`https://app.example.com${file}`)).toContain('redirects')
      expect(world().outside.asked).toEqual([file])
    },
  )

  it.each([
    ['a port', 'https://app.example.com:8443/logo.png'],
    ['an IPv4 address', 'https://93.184.215.14/logo.png'],
    ['an IPv4 address in disguise', 'https://0x7f000001/logo.png'],
    ['an IPv6 address', 'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/logo.png'],
    ['a single word', 'https://localhost/logo.png'],
    ['a name of mDNS', 'https://printer.local/logo.png'],
    ['a private suffix', 'https://metadata.google.internal/logo.png'],
    ['http', 'http://app.example.com/logo.png'],
    ['a user name', 'https://admin@app.example.com/logo.png'],
  ])('at %s, and nobody is asked', async (_what, address) => {
    expect(await refusalOf(address)).toMatch(/\.$/)
    expect(world().outside.asked).toEqual([])
  })

  it.each([
    ['loopback', { A: ['127.0.0.1'] }],
    ['a private network', { A: ['10.0.0.8'] }],
    ['the metadata service', { A: ['169.254.169.254'] }],
    ['IPv6 loopback', { AAAA: ['::1'] }],
    ['a unique local address', { AAAA: ['fd00::1'] }],
    ['mapped IPv4', { AAAA: ['::ffff:7f00:1'] }],
    ['a public and a private address', { A: ['93.184.215.14', '192.168.0.1'] }],
    ['a public IPv4 and a private IPv6 address', { ...PUBLIC, AAAA: ['fe80::1'] }],
  ])('whose name leads to %s', async (_what, records) => {
    world().resolver.zone.set('app.example.com', records)
    expect(await refusalOf('https://app.example.com/logo.png')).toContain('not on the public internet')
    expect(world().outside.asked).toEqual([])
  })

  it('whose name has no address, or does not exist', async () => {
    world().resolver.zone.set('app.example.com', { TXT: ['v=spf1 -all'] })
    expect(await refusalOf('https://app.example.com/logo.png')).toContain('does not exist')
    expect(await refusalOf('https://other.example.com/logo.png')).toContain('does not exist')
    expect(world().outside.asked).toEqual([])
  })

  it.each([
    ['failing', 'could not be looked up'],
    ['broken', 'could not be looked up'],
    ['silent', 'within 3 seconds'],
  ] as const)('while the resolver is %s', async (mood, reason) => {
    world().resolver.mood = mood
    expect(await refusalOf('https://app.example.com/logo.png')).toContain(reason)
    expect(world().outside.asked).toEqual([])
  })
})
