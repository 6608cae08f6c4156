import { ApiError } from '../../errors.ts'

/** The page with the form, as the answer to what was refused: with the status of a limit, and when to come back. */
export async function refusedPage(page: Promise<Response>, error: unknown): Promise<Response> {
  const answer = await page
  if (!(error instanceof ApiError) || error.problem !== 'too-many-requests') return answer
  const headers = new Headers(answer.headers)
  for (const [name, value] of Object.entries(error.headers)) headers.set(name, value)
  return new Response(answer.body, { status: error.status, headers })
}
