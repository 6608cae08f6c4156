import { PageError } from '../errors.ts'
import { readBody } from '../lib/body.ts'

/** The fields of one of our own forms. */
export async function readFields(request: Request): Promise<URLSearchParams> {
  const contentType = request.headers.get('Content-Type') ?? ''
  if (!contentType.startsWith('application/x-www-form-urlencoded')) {
    throw new PageError(415, 'This is not the form that we expected.', 'Open the page again and send it from there.')
  }
  const body = await readBody(request)
  if (body.ok) return new URLSearchParams(body.text)
  if (body.problem === 'too_large') throw new PageError(413, 'The form is too large.', 'Shorten what you typed.')
  throw new PageError(400, 'The form is not valid UTF-8.', 'Open the page again and send it from there.')
}
