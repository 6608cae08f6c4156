import type { AnswerClaim } from './answers-store.ts'
import { currentTime } from './clock.ts'
import { sha256, utf8 } from './encoding.ts'
import { oneTimeObject } from './one-time.ts'
import { randomBase64Url } from './random.ts'
import { callStore, StorageUnavailable } from './storage.ts'
import { unwrap, wrap } from './wrapping.ts'

/** What counts once: the same content, sent from the same page, in the same session. */
export interface SentOnce {
  /** Random, and known to that page alone: it opens the answer that is kept. */
  token: string
  session: string
  content: string
  keepSeconds: number
  /** Whether this answer is the last word; after any other the form may be sent again. */
  settles: (answer: Response) => boolean
}

type Bindings = Parameters<typeof oneTimeObject>[0]

interface Surroundings {
  env: Bindings
  /** A browser that sends a form again hangs up on the first request, which must come to its end all the same. */
  waitUntil: (work: Promise<unknown>) => void
}

/**
 * Does the work for the first of several equal requests and gives all of them its answer. Undefined: there was an
 * answer, and its time is over. Throws what the work throws; then the next request is a first one.
 */
export async function answerOnce(
  { env, waitUntil }: Surroundings,
  sent: SentOnce,
  work: () => Promise<Response>,
): Promise<Response | undefined> {
  const answered = claimAndAnswer(env, sent, work)
  waitUntil(Promise.allSettled([answered]))
  return answered
}

async function claimAndAnswer(
  env: Bindings,
  sent: SentOnce,
  work: () => Promise<Response>,
): Promise<Response | undefined> {
  const key = await keyOf(sent)
  const claim = randomBase64Url(16)
  const found: AnswerClaim = await callStore('OneTime', async () =>
    (await oneTimeObject(env, key)).claimAnswer(key, claim),
  )
  if (found.kind === 'spent') return undefined
  if (found.kind === 'answered') return open(key, sent.token, found.answer)
  if (found.kind === 'working') throw new StorageUnavailable('OneTime', new Error('the first request takes too long'))
  try {
    const answer = await work()
    await (sent.settles(answer) ? settle(env, { key, claim }, sent, answer) : release(env, { key, claim }))
    return answer
  } catch (error) {
    await release(env, { key, claim })
    throw error
  }
}

/** Hashed together: neither the token nor the session can be read from what is stored. */
async function keyOf({ token, session, content }: SentOnce): Promise<string> {
  return `answer:${await sha256(JSON.stringify([token, session, content]))}`
}

interface Claimed {
  key: string
  claim: string
}

async function settle(env: Bindings, { key, claim }: Claimed, sent: SentOnce, answer: Response): Promise<void> {
  const { status, headers } = answer
  const kept = JSON.stringify({ status, headers: [...headers], body: await answer.clone().text() })
  // An answer may show a secret: only who sends the same page again brings what opens it.
  const sealed = await wrap({ purpose: 'form_answer', id: key }, utf8(kept), [sent.token])
  const until = currentTime() + sent.keepSeconds
  await unlessUnavailable(async () => (await oneTimeObject(env, key)).settleAnswer(key, claim, sealed, until))
}

function release(env: Bindings, { key, claim }: Claimed): Promise<void> {
  return unlessUnavailable(async () => (await oneTimeObject(env, key)).releaseAnswer(key, claim))
}

/** The work is done, and whoever asked for it is told so: a repetition that finds no answer waits for the claim. */
async function unlessUnavailable(work: () => Promise<void>): Promise<void> {
  try {
    await callStore('OneTime', work)
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error
    console.error(`the answer to a form was not kept: ${error.message}`)
  }
}

async function open(key: string, token: string, sealed: string): Promise<Response> {
  const unwrapped = await unwrap({ purpose: 'form_answer', id: key }, sealed, [token])
  if (!unwrapped) throw new Error('the token of a form does not open the answer that it was kept under')
  const { status, headers, body } = JSON.parse(new TextDecoder().decode(unwrapped.bytes))
  return new Response(body || null, { status, headers })
}
