import { createConnection, type Socket } from 'node:net'

export interface WireRequest {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

export interface WireResponse {
  status: number
  /** Status line and headers. */
  head: string
  body: string
}

const HEAD_END = '\r\n\r\n'

/**
 * One keep-alive connection with one request at a time. Client and server share the machine, so what the client
 * computes is taken from what is measured: it reads as much of HTTP as these answers need, and refuses the rest.
 */
export class Connection {
  private readonly socket: Socket
  private readonly host: string
  private received = ''
  private waiting: { resolve: (response: WireResponse) => void; reject: (error: Error) => void } | undefined

  constructor(origin: string) {
    const { hostname, port, host } = new URL(origin)
    this.host = host
    this.socket = createConnection({ host: hostname, port: Number(port), noDelay: true })
    this.socket.setEncoding('latin1')
    this.socket.on('data', (chunk: string) => this.receive(chunk))
    this.socket.on('error', (error) => this.waiting?.reject(error))
    this.socket.on('close', () => this.waiting?.reject(new Error('the server closed the connection')))
  }

  request({ method, path, headers = {}, body = '' }: WireRequest): Promise<WireResponse> {
    const type = body === '' ? '' : 'Content-Type: application/x-www-form-urlencoded\r\n'
    const length = method === 'POST' ? `Content-Length: ${body.length}\r\n` : ''
    const others = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: ${this.host}\r\n${type}${length}${others.join('')}\r\n${body}`,
    )
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
    })
  }

  close(): void {
    this.waiting = undefined
    this.socket.destroy()
  }

  private receive(chunk: string): void {
    this.received += chunk
    const headLength = this.received.indexOf(HEAD_END)
    if (headLength === -1) return
    const head = this.received.slice(0, headLength)
    const body = readBody(head, this.received.slice(headLength + HEAD_END.length))
    if (body === undefined) return
    this.received = ''
    this.waiting?.resolve({ status: Number(head.slice(9, 12)), head, body })
  }
}

/** Undefined while a part is missing. */
function readBody(head: string, received: string): string | undefined {
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  if (length !== undefined) return received.length < Number(length) ? undefined : received
  if (!/^transfer-encoding: chunked/im.test(head)) return ''
  return received.endsWith('0\r\n\r\n') ? received.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n/gi, '') : undefined
}
