/** Sends one request to the server under test and does not follow redirects. */
export type Transport = (request: Request) => Promise<Response>

export interface Page {
  status: number
  headers: Headers
  /** Resolved against the page's own address; null unless it is a redirect. */
  location: string | null
  url: string
  html: string
}

export type Fields = Record<string, string | readonly string[]>

/** Longer cookies are ignored (RFC 6265bis §5.6). */
const MAX_COOKIE_LENGTH = 4096

/** As much of a browser as forms need: cookies, Origin, hidden fields, one redirect at a time. */
export class Browser {
  readonly origin: string
  private readonly transport: Transport
  private readonly cookies = new Map<string, string>()
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 Safari/537.36'

  constructor(transport: Transport, origin: string) {
    this.transport = transport
    this.origin = origin
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.send(path, { method: 'GET', headers })
  }

  post(path: string, fields: Fields, headers: Record<string, string> = {}): Promise<Page> {
    const body = new URLSearchParams()
    for (const [name, value] of Object.entries(fields)) {
      for (const one of typeof value === 'string' ? [value] : value) body.append(name, one)
    }
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: this.origin }
    return this.send(path, { method: 'POST', headers: { ...form, ...headers }, body: body.toString() })
  }

  /** Sends the first form of a page to where it points, with its hidden fields and these besides. */
  submit(page: Page, fields: Fields): Promise<Page> {
    const action = /<form[^>]*\baction="([^"]+)"/.exec(page.html)?.[1]
    if (!action) throw new Error(`no form on ${page.url} (${page.status})`)
    return this.post(decodeEntities(action), { ...hiddenFields(page.html), ...fields })
  }

  /** Follows redirects for as long as they stay on our own origin. */
  async follow(page: Page): Promise<Page> {
    let current = page
    for (let hops = 0; current.location?.startsWith(`${this.origin}/`) && hops < 10; hops++) {
      current = await this.get(current.location)
    }
    return current
  }

  cookie(name: string): string | undefined {
    return this.cookies.get(name)
  }

  setCookie(name: string, value: string): void {
    this.cookies.set(name, value)
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.cookies.size > 0) headers.set('Cookie', this.cookieHeader())
    if (!headers.has('User-Agent')) headers.set('User-Agent', this.userAgent)
    const url = new URL(path, this.origin)
    const response = await this.transport(new Request(url, { ...init, headers, redirect: 'manual' }))
    for (const line of response.headers.getSetCookie()) this.keep(line)
    return response
  }

  private async send(path: string, init: RequestInit): Promise<Page> {
    const response = await this.fetch(path, init)
    const url = new URL(path, this.origin).href
    const location = response.headers.get('Location')
    return {
      status: response.status,
      headers: response.headers,
      location: location && new URL(location, url).href,
      url,
      html: await response.text(),
    }
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';')
    const separator = pair.indexOf('=')
    const name = pair.slice(0, separator).trim()
    const removed = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0')
    if (pair.length > MAX_COOKIE_LENGTH) return
    if (removed) this.cookies.delete(name)
    else this.cookies.set(name, pair.slice(separator + 1).trim())
  }
}

function hiddenFields(html: string): Record<string, string> {
  const form = /<form[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const inputs = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, decodeEntities(value)]))
}

function decodeEntities(text: string): string {
  return text
    .replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
}

/** The newest code that was mailed to an address, from the development outbox. */
export async function newestCode(browser: Browser, email: string): Promise<string> {
  const response = await browser.fetch('/dev/outbox.json')
  const mails: { to: string; code: string | null }[] = await response.json()
  const code = mails.find((mail) => mail.to === email)?.code
  if (!code) throw new Error('no code arrived')
  return code
}

/** Walks the sign-in pages; answers the page that came after it. */
export async function signIn(browser: Browser, email: string, returnTo?: string): Promise<Page> {
  const query = returnTo ? `?${new URLSearchParams({ return_to: returnTo })}` : ''
  const codePage = await browser.follow(await browser.submit(await browser.get(`/sign-in${query}`), { email }))
  return browser.submit(codePage, { code: await newestCode(browser, email) })
}
