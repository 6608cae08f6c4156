import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import { type Bindings, readConfig } from '../env.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import { guardedAsk } from '../lib/guarded-fetch.ts'
import { randomBase64Url, randomId } from '../lib/random.ts'
import { openDestination } from './open-webhooks.ts'
import { chargeChallenge } from './posts-store.ts'
import { messageHeaders } from './signature.ts'
import { hostOf } from './webhook.ts'
import { confirmWebhookStatement, noteChallengeProblem } from './webhooks-store.ts'

const CHALLENGE_BYTES = 32
const MAX_ANSWER_BYTES = 4096

/** busy: the organization's webhooks made as many POSTs in this minute as they may, or it is suspended. */
export type ChallengeOutcome = 'answered' | 'not_answered' | 'busy'

/**
 * Asks an endpoint whether it wants what it is going to be told: one signed message with random characters, which it
 * must answer. An address whose owner knows nothing of us does not, and is told nothing. Whether it was waiting for its
 * first message or failed for too long: once it answers, it is on.
 */
export async function challengeWebhook(
  env: Bindings,
  webhookId: string,
  actor: string,
  now: EpochSeconds,
): Promise<ChallengeOutcome> {
  const { keyWrappingSecrets, webhookPostsPerMinute: postsPerMinute } = readConfig(env)
  const destination = await openDestination({ db: env.DB, keyWrappingSecrets }, webhookId, now)
  if (!destination) return 'not_answered'
  const { wrappedUrl } = destination
  const fail = async (problem: string): Promise<ChallengeOutcome> => {
    await noteChallengeProblem(env.DB, webhookId, wrappedUrl, problem)
    return 'not_answered'
  }
  if ('reason' in destination) return fail(destination.reason)
  if (!(await chargeChallenge(env.DB, webhookId, { postsPerMinute }, now))) return 'busy'
  const problem = await findAnswerProblem(env, destination, now)
  if (problem !== undefined) return fail(problem)
  const { organizationId } = destination
  const at = currentTime()
  const event = newAuditEvent({ event: 'webhook.confirmed', at, actor, organizationId, reason: hostOf(destination) })
  const confirm = confirmWebhookStatement(env.DB, webhookId, wrappedUrl)
  await batch(env.DB, [confirm, auditIfChangedStatement(env.DB, event)])
  return 'answered'
}

/** A sentence for the administrators; undefined: the endpoint answered as it must. */
async function findAnswerProblem(
  env: Bindings,
  { url, secrets }: { url: string; secrets: readonly string[] },
  now: EpochSeconds,
): Promise<string | undefined> {
  const challenge = randomBase64Url(CHALLENGE_BYTES)
  const timestamp = new Date(now * 1000).toISOString()
  const body = JSON.stringify({ type: 'webhook.challenge', timestamp, data: { challenge } })
  const headers = await messageHeaders({ id: randomId('msg'), timestamp: now, body }, secrets)
  const answer = await guardedAsk(readConfig(env), url, { headers, body }, MAX_ANSWER_BYTES)
  if (!answer.ok) return answer.reason
  if (answers(new TextDecoder().decode(answer.bytes), challenge)) return undefined
  return 'The answer did not hold the challenge.'
}

/** As plain text, or as JSON with it as `challenge`. Whoever sends back all that comes has not understood it. */
function answers(text: string, challenge: string): boolean {
  const trimmed = text.trim()
  if (trimmed === challenge) return true
  try {
    const parsed: unknown = JSON.parse(trimmed)
    return parsed === challenge || isAnswer(parsed, challenge)
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

function isAnswer(parsed: unknown, challenge: string): boolean {
  return typeof parsed === 'object' && parsed !== null && 'challenge' in parsed && parsed.challenge === challenge
}
