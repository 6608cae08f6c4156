import { isSameResource } from '../catalog/resource-identifier.ts'
import { ProtocolError } from '../errors.ts'
import { readBody } from '../lib/body.ts'

/** The parameters of one request; a parameter without a value was omitted (RFC 6749 §3.2). */
export type Parameters = Readonly<Record<string, string>>

const FORM_TYPE = 'application/x-www-form-urlencoded'

/** Reads the body of a machine endpoint: POST, form-encoded, at most 64 KiB of UTF-8, nothing repeated. */
export async function readForm(request: Request): Promise<Parameters> {
  if (request.method !== 'POST') throw methodNotAllowed('POST')
  return parseParameters(await readFormBody(request))
}

/** The fields as they were sent, for our own forms, in which check boxes repeat. */
export async function readFormBody(request: Request): Promise<URLSearchParams> {
  const contentType = request.headers.get('Content-Type') ?? ''
  if (contentType.split(';')[0]?.trim().toLowerCase() !== FORM_TYPE) {
    throw new ProtocolError('invalid_request', 'content_type', { status: 415 })
  }
  const body = await readBody(request)
  if (!body.ok && body.problem === 'too_large')
    throw new ProtocolError('invalid_request', 'body_too_large', { status: 413 })
  if (!body.ok || !isEncodedUtf8(body.text)) throw new ProtocolError('invalid_request', 'body_malformed')
  return new URLSearchParams(body.text)
}

export function methodNotAllowed(allowed: string): ProtocolError {
  return new ProtocolError('invalid_request', 'method_not_allowed', { status: 405, headers: { Allow: allowed } })
}

/** RFC 6749 §3.1 and §3.2: none may repeat. RFC 8707 lets `resource` repeat; here all must name the same one. */
export function parseParameters(search: URLSearchParams): Parameters {
  const parameters: Record<string, string> = Object.create(null)
  for (const [name, value] of search) {
    if (value === '') continue
    const known = parameters[name]
    if (known !== undefined && !(name === 'resource' && isSameResource(known, value))) throw refuseRepeated(name)
    parameters[name] = known ?? value
  }
  return parameters
}

function refuseRepeated(name: string): ProtocolError {
  if (name === 'resource') return new ProtocolError('invalid_target', 'resource_repeated')
  const known = /^[a-z_]{1,40}$/.test(name)
  return new ProtocolError('invalid_request', 'parameter_repeated', known ? { detail: name } : {})
}

/** URLSearchParams would replace broken sequences silently; a secret must never match by replacement. */
export function isEncodedUtf8(encoded: string): boolean {
  try {
    decodeURIComponent(encoded.replaceAll('+', ' '))
    return true
  } catch (error) {
    if (error instanceof URIError) return false
    throw error
  }
}
