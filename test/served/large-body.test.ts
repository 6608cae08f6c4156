import { expect, it } from 'vitest'
import { useWorkerd } from '../support/use-workerd.ts'

const TEN_MEGABYTES = 10 * 1024 * 1024
const server = useWorkerd()

/** Over a real connection, on which an answer that came too early would be a broken pipe. */
async function post(path: string, bytes: number, framing: 'announced' | 'chunked'): Promise<number> {
  const bytesToSend = new Uint8Array(bytes).fill(0x61)
  const response = await fetch(server().origin + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    ...(framing === 'announced' ? { body: bytesToSend } : { body: new Blob([bytesToSend]).stream(), duplex: 'half' }),
  })
  await response.body?.cancel()
  return response.status
}

it.each(['/token', '/revoke', '/introspect', '/authorize'])('answers ten megabytes at %s with 413', async (path) => {
  for (let round = 0; round < 5; round++) {
    expect(await post(path, TEN_MEGABYTES, 'announced')).toBe(413)
    expect(await post(path, TEN_MEGABYTES, 'chunked')).toBe(413)
  }
  expect(await post(path, 1024, 'chunked')).not.toBe(413) // control
})
