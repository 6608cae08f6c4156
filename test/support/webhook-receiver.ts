import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** One request as it came, byte for byte. */
export interface Received {
  path: string
  headers: Record<string, string>
  body: string
  at: number
}

export interface WebhookReceiver {
  /** For GUARDED_FETCH_TEST_ORIGIN. */
  origin: string
  received: Received[]
  /** What it answers at a path, in order; thereafter, and where nothing is said, 204. */
  answers: Map<string, (number | 'redirect' | 'silence')[]>
  /** What came to a path, once it is so many. */
  waitFor(path: string, count: number): Promise<Received[]>
  stop(): Promise<void>
}

const POLL_MS = 50
const WAIT_MS = 30_000

/** The system of an organization that is told what happens. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = []
  const answers: WebhookReceiver['answers'] = new Map()
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    received.push({ path, headers: headersOf(request), body: await readBody(request), at: Date.now() })
    answer(response, answers.get(path)?.shift() ?? 204)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = (path: string) => received.filter((each) => each.path === path)
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    async waitFor(path, count) {
      const deadline = Date.now() + WAIT_MS
      while (at(path).length < count && Date.now() < deadline) await wait(POLL_MS)
      return at(path)
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answer(response: ServerResponse, wanted: number | 'redirect' | 'silence'): void {
  if (wanted === 'silence') return
  if (wanted === 'redirect') response.writeHead(307, { Location: '/elsewhere' }).end()
  else response.writeHead(wanted).end()
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}
