import { describe, expect, it } from 'vitest'
import { postBody, readRefusal } from '../../support/workers/refusal.ts'
import { ISSUER, transport } from '../../support/workers/world.ts'

const KIB = 1024
const ENDPOINTS = ['/token', '/revoke', '/introspect']

function send(path: string, method: string, headers: Record<string, string> = {}): Promise<Response> {
  return transport(new Request(ISSUER + path, { method, headers }))
}

/** A body of unknown length, as chunked encoding brings it. */
function stream(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close()
      const size = Math.min(left, 16 * KIB)
      left -= size
      controller.enqueue(new Uint8Array(size).fill(0x61))
    },
  })
}

describe.each(ENDPOINTS)('POST %s', (path) => {
  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('is not %s', async (method) => {
    const refusal = await readRefusal(await send(path, method))
    expect(refusal).toMatchObject({ status: 405, error: 'invalid_request' })
    expect(refusal.headers.get('Allow')).toBe('POST')
  })

  it.each([
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencodedx',
    '',
  ])('does not read "%s"', async (contentType) => {
    const body = contentType === 'application/json' ? '{"grant_type":"authorization_code"}' : 'a=b'
    const response = await postBody(path, body, { 'Content-Type': contentType })
    expect(await readRefusal(response)).toMatchObject({ status: 415, error: 'invalid_request' })
  })

  it.each(['application/x-www-form-urlencoded; charset=UTF-8', 'APPLICATION/X-WWW-Form-Urlencoded'])(
    'reads "%s"',
    async (contentType) => {
      const refusal = await readRefusal(await postBody(path, 'client_id=app_unknown', { 'Content-Type': contentType }))
      expect([400, 401]).toContain(refusal.status)
      expect(refusal.error_description).not.toBe('client_id is missing.') // it was read
    },
  )

  it('reads 64 KiB and not a byte more', async () => {
    const body = `filler=${'a'.repeat(64 * KIB - 'filler='.length)}`
    expect((await readRefusal(await postBody(path, body))).status).not.toBe(413)
    expect(await readRefusal(await postBody(path, `${body}a`))).toMatchObject({ status: 413, error: 'invalid_request' })
  })

  it('refuses ten megabytes, announced or not', async () => {
    const announced = await postBody(path, 'a'.repeat(10 * KIB * KIB))
    expect(await readRefusal(announced)).toMatchObject({ status: 413, error: 'invalid_request' })
    const chunked = await postBody(path, stream(10 * KIB * KIB))
    expect(await readRefusal(chunked)).toMatchObject({ status: 413, error: 'invalid_request' })
    const belittled = await postBody(path, stream(10 * KIB * KIB), { 'Content-Length': '10' })
    expect(await readRefusal(belittled)).toMatchObject({ status: 413, error: 'invalid_request' })
    const small = await postBody(path, stream(1 * KIB))
    expect((await readRefusal(small)).status).not.toBe(413) // control
  })

  it.each([
    ['raw', Uint8Array.of(0x61, 0x3d, 0xff, 0xfe)],
    ['raw and cut short', Uint8Array.of(0x61, 0x3d, 0xe2, 0x82)],
    ['percent-encoded', 'a=%FF%FE'],
    ['percent-encoded and overlong', 'a=%C0%AF'],
    ['a percent sign alone', 'a=100%'],
    ['half a percent-encoding', 'a=%4'],
  ])('refuses broken UTF-8: %s', async (_name, body) => {
    expect(await readRefusal(await postBody(path, body))).toMatchObject({ status: 400, error: 'invalid_request' })
  })

  it.each(['token', 'client_id', 'client_secret', 'grant_type', 'code', 'token_type_hint', 'unknown_parameter'])(
    'refuses %s twice, and names it',
    async (name) => {
      const refusal = await readRefusal(await postBody(path, `${name}=first-value&${name}=second-value`), [
        'first-value',
        'second-value',
      ])
      expect(refusal).toMatchObject({ status: 400, error: 'invalid_request' })
      expect(refusal.error_description).toContain(name)
    },
  )

  it('does not repeat the name of a parameter that cannot be one', async () => {
    const name = '%3Cxss-marker%3E'
    const refusal = await readRefusal(await postBody(path, `${name}=a&${name}=b`), ['xss-marker'])
    expect(refusal).toMatchObject({ status: 400, error: 'invalid_request' })
  })

  it('takes one resource', async () => {
    const body = 'resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example'
    expect(await readRefusal(await postBody(path, body))).toMatchObject({ status: 400, error: 'invalid_target' })
  })

  it('answers an empty body by naming what is missing', async () => {
    for (const body of [null, '', '&&&', '=', 'client_id=&token=&grant_type=', '__proto__=x&constructor=y']) {
      const refusal = await readRefusal(await postBody(path, body))
      expect([400, 401]).toContain(refusal.status)
      expect(refusal.error_description).toMatch(/ is missing\.$/)
    }
  })

  it('does not read parameters from the query', async () => {
    const query = new URLSearchParams({ client_id: 'app_a', token: 'x', grant_type: 'authorization_code' })
    const refusal = await readRefusal(await postBody(`${path}?${query}`, ''))
    expect(refusal.error_description).toMatch(/ is missing\.$/)
  })
})

describe('CORS', () => {
  const OPEN = ['/token', '/revoke', '/.well-known/jwks.json', '/.well-known/oauth-authorization-server']
  const CLOSED = ['/introspect', '/authorize', '/sign-in']
  const origin = { Origin: 'https://app.example' }

  it.each(OPEN)('is open at %s, errors included', async (path) => {
    const preflight = await send(path, 'OPTIONS', { ...origin, 'Access-Control-Request-Method': 'POST' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*')
    for (const method of ['GET', 'POST']) {
      const response = await send(path, method, origin)
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(response.headers.has('Access-Control-Allow-Credentials')).toBe(false)
    }
  })

  // Libraries add headers of their own: an MCP client could not read our metadata.
  it.each([
    ...OPEN,
    '/status-lists/0',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-protected-resource/api/v1',
    '/.well-known/oauth-authorization-server/tenant',
    '/api/v1/openapi.json',
    '/api/v1/apps',
  ])('answers a preflight for any header at %s', async (path) => {
    const preflight = await send(path, 'OPTIONS', {
      ...origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization, mcp-protocol-version, x-of-some-library',
    })
    expect(preflight.status).toBe(204)
    const allowed = preflight.headers
      .get('Access-Control-Allow-Headers')
      ?.split(',')
      .map((name) => name.trim())
    expect(allowed).toEqual(['authorization', 'mcp-protocol-version', 'x-of-some-library'])
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toContain('POST')
    expect(preflight.headers.has('Access-Control-Allow-Credentials')).toBe(false)
  })

  it.each(['/.well-known/webfinger', '/.well-known/oauth-authorization-server/tenant', '/.well-known/x/y'])(
    'lets a page read that there is no document at %s',
    async (path) => {
      const response = await send(path, 'GET', origin)
      expect(response.status).toBe(404)
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(response.headers.get('Content-Type')).toContain('application/json')
      expect(await response.json()).toMatchObject({ error: 'not_found' })
    },
  )

  it.each(['/register', '/userinfo', '/status-lists/999'])(
    'answers a client in JSON where there is no endpoint: %s',
    async (path) => {
      const response = await send(path, 'GET', origin)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ error: 'not_found' })
      expect((await send('/nowhere', 'GET', origin)).headers.get('Content-Type')).toContain('text/html') // control
    },
  )

  it.each(CLOSED)('is closed at %s', async (path) => {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const response = await send(path, method, { ...origin, 'Access-Control-Request-Method': 'POST' })
      expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false)
    }
  })
})
