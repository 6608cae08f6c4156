import { expect } from 'vitest'
import { ISSUER, transport } from './world.ts'

/** Any body, well formed or not, to a machine endpoint. */
export function postBody(path: string, body: BodyInit | null, headers: Record<string, string> = {}): Promise<Response> {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return transport(new Request(ISSUER + path, { method: 'POST', headers: { ...form, ...headers }, body }))
}

export interface Refusal {
  status: number
  error: string
  error_description: string
  scopes?: string[]
  headers: Headers
}

/**
 * Reads an error answer and holds what is true of each of them (RFC 6749 §5.2): JSON that nobody may store, a
 * sentence in the permitted characters, and none of the values that were sent.
 */
export async function readRefusal(response: Response, secrets: readonly string[] = []): Promise<Refusal> {
  const text = await response.text()
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(response.headers.get('Content-Type')).toContain('application/json')
  const body: Omit<Refusal, 'status' | 'headers'> = JSON.parse(text)
  expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
  for (const secret of secrets) expect(text.includes(secret), 'a value came back').toBe(false)
  return { ...body, status: response.status, headers: response.headers }
}
