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
  /** Challenges that came; they are not among what was received. Each is answered as it must be, unless: */
  challenges: Received[]
  /** … the path has another answer: its status, and what it says. */
  challengeAnswers: Map<string, { status: number; body: (challenge: string, message: string) => string }>
  /** What came to a path, once it is so many. */
  waitFor(path: string, count: number): Promise<Received[]>
  stop(): Promise<void>
}

const POLL_MS = 50
const WAIT_MS = 30_000

/** The system of an organization that is told what happens. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = []
  const challenges: Received[] = []
  const answers: WebhookReceiver['answers'] = new Map()
  const challengeAnswers: WebhookReceiver['challengeAnswers'] = new Map()
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    const message = { path, headers: headersOf(request), body: await readBody(request), at: Date.now() }
    const challenge = challengeOf(message)
    if (challenge !== undefined) {
      challenges.push(message)
      const { status, body } = challengeAnswers.get(path) ?? { status: 200, body: answerAsJson }
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body(challenge, message.body))
      return
    }
    received.push(message)
    answer(response, answers.get(path)?.shift() ?? 204)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = (path: string) => received.filter((each) => each.path === path)
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    challenges,
    challengeAnswers,
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

const answerAsJson = (challenge: string) => JSON.stringify({ challenge })

function challengeOf({ body }: Received): string | undefined {
  if (!body.includes('"webhook.challenge"')) return undefined
  return (JSON.parse(body) as { data: { challenge: string } }).data.challenge
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
