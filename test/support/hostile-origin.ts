import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

export interface HostileOrigin {
  /** For GUARDED_FETCH_TEST_ORIGIN. */
  origin: string
  /** The paths that were asked for, in order. */
  asked: string[]
  stop(): Promise<void>
}

type Answer = (response: ServerResponse) => void

/** One pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
export const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(100)])
export const WEBP = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1'), Buffer.alloc(100)])
const LIMIT_BYTES = 64 * 1024
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

const picture = (bytes: Buffer | string, contentType = 'image/png') => send(200, { 'Content-Type': contentType }, bytes)
const redirect = (status: number, location: string) => send(status, { Location: location }, '')

/** What a server of somebody who means us no good may answer. */
const PATHS: Record<string, Answer> = {
  '/logo.png': picture(PNG),
  '/other.png': picture(Buffer.concat([PNG, Buffer.of(0)])),
  '/logo.jpg': picture(JPEG, 'image/jpeg'),
  '/logo.webp': picture(WEBP, 'application/octet-stream'),
  '/largest.png': picture(Buffer.concat([PNG, Buffer.alloc(LIMIT_BYTES - PNG.length)])),
  '/too-large.png': picture(Buffer.concat([PNG, Buffer.alloc(LIMIT_BYTES - PNG.length + 1)])),
  '/5-megabytes.png': sendSlices(5 * 1024 * 1024),
  '/bomb.png': send(200, { 'Content-Encoding': 'gzip' }, gzipSync(Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]))),
  '/endless.png': sendSlices(Number.POSITIVE_INFINITY),
  '/slow-head.png': () => {},
  '/slow-body.png': dripSlowly,
  '/empty.png': picture(''),
  '/page.png': picture('<!doctype html><script>alert(1)</script>'),
  '/drawing.png': picture(SVG),
  '/redirect-inside': redirect(302, '/logo.png'),
  '/redirect-to-metadata': redirect(307, 'http://169.254.169.254/latest/meta-data/'),
  '/redirect-for-ever': redirect(301, '/redirect-for-ever'),
  '/missing.png': send(404, {}, PNG),
  '/partial.png': send(206, { 'Content-Type': 'image/png' }, PNG),
  '/cut-off.png': (response) => {
    response.writeHead(200, { 'Content-Length': '1000' })
    response.write(PNG, () => response.destroy())
  },
}

export async function startHostileOrigin(): Promise<HostileOrigin> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const answer = PATHS[path] ?? send(404, {}, 'nothing')
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function send(status: number, headers: Record<string, string>, body: Buffer | string): Answer {
  return (response) => response.writeHead(status, headers).end(body)
}

function sendSlices(bytes: number): Answer {
  const slice = Buffer.alloc(16 * 1024, 0x61)
  return (response) => {
    response.writeHead(200, { 'Content-Type': 'image/png' })
    response.write(PNG)
    let sent = 0
    const more = () => {
      while (sent < bytes && !response.destroyed) {
        sent += slice.length
        if (!response.write(slice)) return response.once('drain', more)
      }
      return response.end()
    }
    more()
  }
}

/** A byte now and then: never idle, never done. */
function dripSlowly(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'image/png' })
  const timer = setInterval(() => response.write('a'), 200)
  response.on('close', () => clearInterval(timer))
}
