import type { EpochSeconds } from '../lib/clock.ts'
import { run, statement } from '../lib/d1.ts'

/** What an organization's webhooks may make together, in each minute of the clock. */
export interface PostBudget {
  postsPerMinute: number
}

const MINUTE = 60

export function minuteOf(now: EpochSeconds): number {
  return Math.floor(now / MINUTE)
}

/** When the next budget begins. */
export function nextMinuteAt(now: EpochSeconds): EpochSeconds {
  return (minuteOf(now) + 1) * MINUTE
}

/** Writes nothing where the organization is suspended or its budget is used up; `?1` is the webhook. */
function chargeSql(condition: string): string {
  return `
    INSERT INTO webhook_posts (organization_id, minute, posts)
      SELECT organizations.id, ?2, 1
        FROM webhooks JOIN organizations ON organizations.id = webhooks.organization_id
       WHERE webhooks.id = ?1 AND organizations.suspended_at IS NULL AND ${condition}
      ON CONFLICT (organization_id) DO UPDATE
        SET posts = iif(excluded.minute > minute, 1, posts + 1), minute = max(excluded.minute, minute)
        WHERE excluded.minute > minute OR posts < ?3`
}

const CHARGE_ATTEMPT = chargeSql(
  `webhooks.state = 'enabled' AND EXISTS (SELECT 1 FROM webhook_deliveries
     WHERE webhook_id = ?1 AND event_id = ?4 AND attempts = ?5 AND state = 'waiting')`,
)
const CHARGE_CHALLENGE = chargeSql('true')

export function chargeAttemptStatement(
  db: D1Database,
  { webhookId, eventId, attempt }: { webhookId: string; eventId: string; attempt: number },
  { postsPerMinute }: PostBudget,
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(db, CHARGE_ATTEMPT, [webhookId, minuteOf(now), postsPerMinute, eventId, attempt])
}

/** False: the organization is suspended, or its webhooks made as many POSTs in this minute as they may. */
export async function chargeChallenge(
  db: D1Database,
  webhookId: string,
  { postsPerMinute }: PostBudget,
  now: EpochSeconds,
): Promise<boolean> {
  return (await run(db, CHARGE_CHALLENGE, [webhookId, minuteOf(now), postsPerMinute])) > 0
}
