import type { Browser } from './browser.ts'

export interface ApiAnswer<Body> {
  status: number
  body: Body & { errors?: { pointer: string; detail: string }[]; detail?: string }
}

/** The dashboard API by the session of a browser. */
export async function callApi<Body>(
  browser: Browser,
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer<Body>> {
  const response = await browser.fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json', Origin: browser.origin },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text || '{}') as ApiAnswer<Body>['body'] }
}
