/** The largest body that any endpoint reads. */
export const MAX_BODY_BYTES = 64 * 1024
/** Read on and thrown away, so that a client that is still sending gets its answer and not a broken pipe. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024

export type Body = { ok: true; text: string } | { ok: false; problem: 'too_large' | 'not_utf8' }

/**
 * Reads a body as UTF-8, counting while it streams: a length header may be missing. Where there is one, the server ends
 * the body there, and reading all of it at once costs a fraction; it is counted nevertheless.
 */
export async function readBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<Body> {
  if (claimedLength(request) <= maxBytes) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    return bytes.byteLength > maxBytes ? { ok: false, problem: 'too_large' } : decode([bytes])
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? emptyStream()) {
    size += chunk.byteLength
    if (size > MAX_DISCARDED_BYTES) break
    if (size <= maxBytes) chunks.push(chunk)
  }
  return size > maxBytes ? { ok: false, problem: 'too_large' } : decode(chunks)
}

function claimedLength({ headers }: Request): number {
  const length = headers.get('Content-Length')
  return length === null ? Number.POSITIVE_INFINITY : Number(length)
}

function decode(chunks: readonly Uint8Array[]): Body {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
    return { ok: true, text }
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, problem: 'not_utf8' }
    throw error
  }
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() })
}
